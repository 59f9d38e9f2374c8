package alertmanager_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/alertmanager"
	"github.com/graph-olap/opsconsole/internal/alertmanager/alertmanagertest"
)

// TestWhoseCertificatesAreTrusted: those of the authorities in the file as it is now.
func TestWhoseCertificatesAreTrusted(t *testing.T) {
	t.Parallel()

	ours, cert, key := newAuthority(t)
	others, _, _ := newAuthority(t)

	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ours)

	server := alertmanagertest.Start(t, fmt.Sprintf("tls_server_config: { cert_file: %q, key_file: %q }", cert, key), &http.Client{
		Timeout: time.Minute, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}},
	})
	ca := filepath.Join(t.TempDir(), "ca.pem")
	client := alertmanager.New(alertmanager.Config{URL: server.URL, Now: time.Now, Files: alertmanager.Files{CA: ca}})

	for _, test := range []struct {
		file []byte
		want string
	}{
		{nil, "--alertmanager-ca cannot be read: "},
		{[]byte("certificate"), "--alertmanager-ca names " + ca + ", which has no certificate in it"},
		{others, "The certificate of Alertmanager, " + server.URL.Host + ", is not valid for it"},
		{ours, ""},
		{others, "is not valid for it"},
		{append(others, ours...), ""},
	} {
		if test.file != nil {
			write(t, ca, test.file)
		}

		_, err := client.End(t.Context(), mark, nil)
		if got := fmt.Sprint(err); (err == nil) != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("got %v, want %q", err, test.want)
		}
	}

	client = alertmanager.New(alertmanager.Config{URL: server.URL, Now: time.Now})
	if _, err := client.End(t.Context(), mark, nil); err == nil || !strings.Contains(err.Error(), "is not valid for it") {
		t.Errorf("without a file: got %v, want that the system does not trust it", err)
	}
}

// TestCredentialsThatRotate are those that stand in their file now.
func TestCredentialsThatRotate(t *testing.T) {
	t.Parallel()

	var seen string

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header.Get("Authorization")
		_, _ = w.Write([]byte("[]"))
	}))
	defer server.Close()

	to, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}

	path := filepath.Join(t.TempDir(), "secret")

	for name, test := range map[string]struct {
		config alertmanager.Config
		first  string
		second string
	}{
		"token":    {alertmanager.Config{Token: "old", Files: alertmanager.Files{Token: path}}, "Bearer one", "Bearer two"},
		"password": {alertmanager.Config{User: "u", Password: "old", Files: alertmanager.Files{Password: path}}, "Basic dTpvbmU=", "Basic dTp0d28="},
	} {
		test.config.URL, test.config.Now = to, time.Now
		client := alertmanager.New(test.config)

		for text, want := range map[string]string{"one\n": test.first, "two": test.second} {
			write(t, path, []byte(text))

			if _, err := client.End(t.Context(), mark, nil); err != nil || seen != want {
				t.Errorf("%s: it was sent %q, %v; want %q", name, seen, err, want)
			}
		}

		for text, want := range map[string]string{"\n": "is empty", "": "cannot be read"} {
			if seen = ""; text == "" {
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
			} else {
				write(t, path, []byte(text))
			}

			if _, err := client.End(t.Context(), mark, nil); err == nil || !strings.Contains(alertmanager.Message(err), want) || seen != "" {
				t.Errorf("%s: got %v, want %q, and nothing asked", name, err, want)
			}
		}
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()

	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// newAuthority makes an authority, and files of a certificate of this machine that it has signed.
func newAuthority(t *testing.T) (authority []byte, cert, key string) {
	t.Helper()

	const day = 24 * time.Hour

	signer := newKey(t)
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-day), NotAfter: time.Now().Add(day), KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "alertmanager"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: root.NotBefore, NotAfter: root.NotAfter, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	leafKey := newKey(t)

	der, err := x509.MarshalECPrivateKey(leafKey)
	if err != nil {
		t.Fatal(err)
	}

	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	write(t, cert, sign(t, leaf, root, leafKey, signer))
	write(t, key, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))

	return sign(t, root, root, signer, signer), cert, key
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}

	return key
}

func sign(t *testing.T, cert, parent *x509.Certificate, key, signer *ecdsa.PrivateKey) []byte {
	t.Helper()

	der, err := x509.CreateCertificate(rand.Reader, cert, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}

	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
