"""Every reader of Parquet that somebody may have: does it open a lake, and see in it what we see?"""
