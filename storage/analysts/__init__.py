"""What analysts read: views, counts by day, the dictionary, the console, exports."""
