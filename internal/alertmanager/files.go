package alertmanager

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"strings"
)

// Files are paths of what may change while the program runs: credentials and authorities that
// are rotated. Those that are not "" count, whatever else is configured.
type Files struct {
	Password, Token string
	// CA has the PEM certificates of the only authorities that are trusted.
	CA string
}

// ReadRoots reads the authorities in a PEM file. Errors are for people, and follow its name.
func ReadRoots(path string) (*x509.CertPool, error) {
	_, roots, err := readRoots(path)

	return roots, err
}

func readRoots(path string) (data []byte, roots *x509.CertPool, err error) {
	if data, err = os.ReadFile(path); err != nil {
		return nil, nil, fmt.Errorf("cannot be read: %w; give a file that this user may read", err)
	}

	roots = x509.NewCertPool()
	if !roots.AppendCertsFromPEM(data) {
		return nil, nil, fmt.Errorf("names %s, which has no certificate in it; give a PEM file", path)
	}

	return data, roots, nil
}

// asker is the client that trusts whom the CA file names now. Its connections are kept as
// long as that stays.
func (c *Client) asker() (*http.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()

	if c.Files.CA == "" {
		return c.http, nil
	}

	data, roots, err := readRoots(c.Files.CA)
	if err != nil {
		return nil, &Error{"Alertmanager is not called: --alertmanager-ca " + err.Error() + ".", err}
	}

	if !bytes.Equal(data, c.trusted) {
		c.http.CloseIdleConnections()
		c.trusted, c.http = data, c.trusting(roots)
	}

	return c.http, nil
}

// authorize says in the request who asks.
func (c *Client) authorize(request *http.Request) error {
	token, err := secret(c.Token, c.Files.Token)
	if err != nil {
		return err
	}

	password, err := secret(c.Password, c.Files.Password)
	if err != nil {
		return err
	}

	switch {
	case token != "":
		request.Header.Set("Authorization", "Bearer "+token)
	case c.User != "":
		request.SetBasicAuth(c.User, password)
	}

	return nil
}

// secret is what the file has now, or what was given where there is none.
func secret(given, path string) (string, error) {
	if path == "" {
		return given, nil
	}

	data, err := os.ReadFile(path)
	text := strings.TrimRight(string(data), "\r\n")

	switch {
	case err != nil:
		return "", &Error{fmt.Sprintf("Alertmanager is not called: its credentials cannot be read: %v.", err), err}
	case text == "":
		return "", &Error{fmt.Sprintf("Alertmanager is not called: the file of its credentials, %s, is empty.", path), nil}
	default:
		return text, nil
	}
}
