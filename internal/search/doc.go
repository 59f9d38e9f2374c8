// Package search finds what this console keeps by the words in it: changes, audit entries, windows, webhooks, named points,
// and the owners of instances. Each word that is typed is the beginning of a word that is looked for, in any case.
//
// Triggers of the database note each row that is written, whichever version of the program writes it, in the transaction
// that does. What is noted is put into the index soon, and found until then by looking at the row itself.
package search
