"""What came out of a sweep: numbers, pictures, pages and the terminal."""
