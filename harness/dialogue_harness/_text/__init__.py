"""Text as data: what is safe to print, words, languages."""
