// Package app is the console as a whole: what the configuration says is constructed,
// [NewServe] and [NewDemo], and then run. Nothing else knows all the parts.
package app
