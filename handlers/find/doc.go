// Package find finds what the console keeps, and instances, by the words in it.
package find
