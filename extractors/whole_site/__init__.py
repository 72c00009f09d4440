"""What a site is: learned from its pages as they come, used as prior when one of them is read."""
