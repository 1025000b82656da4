"""What people and sensors see, and what the farm infers from it."""
