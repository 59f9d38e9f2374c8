// Package config reads what opsconsole is told: a flag, else its environment
// variable, else, for a secret, the file that VARIABLE_FILE names, else the default.
//
// [Parse] answers with one [Command]. Every value is checked before anything starts,
// and everything that is wrong or missing is reported together, as a [SettingsError],
// with the flag, the variable and what to do. What Parse returns is plain values that
// need no further check.
package config
