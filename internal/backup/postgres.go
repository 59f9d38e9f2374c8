package backup

import (
	"net/url"
	"strings"
)

// DumpCommand is the command that copies a PostgreSQL database into the file as it is at one
// moment, without those who are signed in. It holds no password.
func DumpCommand(databaseURL, file string) string {
	arguments := []string{"pg_dump", "--format=custom", "--no-owner"}
	for _, table := range left() {
		arguments = append(arguments, "--exclude-table-data=*."+table)
	}

	return shell(append(arguments, "--file="+file, "--dbname="+forTools(databaseURL))...)
}

// LoadCommand is the command that makes a PostgreSQL database of such a file.
func LoadCommand(databaseURL, file string) string {
	return shell("pg_restore", "--single-transaction", "--no-owner", "--dbname="+forTools(databaseURL), file)
}

// forTools is the URL as PostgreSQL's own programs read it: they know fewer parameters, and take
// the password from PGPASSWORD, ~/.pgpass or a question. Manual, section 34.1.2.
func forTools(databaseURL string) string {
	u, err := url.Parse(databaseURL)
	if err != nil {
		return "postgres://…"
	}

	if u.User != nil {
		u.User = url.User(u.User.Username())
	}

	asked, known := u.Query(), url.Values{}

	for _, name := range []string{
		"host", "port", "dbname", "user", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslnegotiation", "connect_timeout",
		"target_session_attrs", "channel_binding", "passfile", "service",
	} {
		if asked.Has(name) {
			known.Set(name, asked.Get(name))
		}
	}

	u.RawQuery = known.Encode()

	return u.String()
}

// shell is a command as a shell reads it.
func shell(arguments ...string) string {
	for i, argument := range arguments {
		if strings.ContainsFunc(argument, func(r rune) bool {
			return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./:@%+,", r)
		}) {
			arguments[i] = "'" + strings.ReplaceAll(argument, "'", `'\''`) + "'"
		}
	}

	return strings.Join(arguments, " ")
}
