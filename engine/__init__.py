"""Smoltworks: plans and simulates the operating history of a salmon farming company."""

__version__ = "0.1.0"
