// Package durability ends and stops the real program at each of its failpoints while it is used, starts it again, and
// looks whether what it had acknowledged is there, whole, and once.
package durability
