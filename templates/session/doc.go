// Package session draws the pages before the sign-in, and of those who may not come in.
package session
