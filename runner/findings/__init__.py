"""The results of a sweep: numbers, pictures, pages and the terminal."""
