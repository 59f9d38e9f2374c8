package kubetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The users of a server, who sign in with tokens.
const (
	// Administrator may do everything.
	Administrator = "administrator"
	// Console may do what a test grants to the user of this name, at first nothing.
	Console = "opsconsole"
	// Stranger has a token that the server does not know.
	Stranger = "stranger"
)

const (
	tokensFile     = "tokens.csv"
	kubeconfigFile = "kubeconfig"
	private        = 0o600
)

// writeAccounts writes who may sign in, and the key of tokens that nobody is given.
func (s *Server) writeAccounts() error {
	for _, name := range []string{Administrator, Console, Stranger} {
		s.tokens[name] = rand.Text()
	}

	known := fmt.Sprintf("%s,%s,1,system:masters\n%s,%s,2\n",
		s.tokens[Administrator], Administrator, s.tokens[Console], Console)
	if err := os.WriteFile(filepath.Join(s.dir, tokensFile), []byte(known), private); err != nil {
		return err
	}

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}

	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}

	return os.WriteFile(filepath.Join(s.dir, serviceKey), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), private)
}

// A kubeconfig is YAML, and so may be JSON.
type kubeconfig struct {
	APIVersion     string  `json:"apiVersion"`
	Kind           string  `json:"kind"`
	CurrentContext string  `json:"current-context"`
	Clusters       []entry `json:"clusters"`
	Users          []entry `json:"users"`
	Contexts       []entry `json:"contexts"`
}

type entry struct {
	Name    string            `json:"name"`
	Cluster map[string]string `json:"cluster,omitempty"`
	User    map[string]string `json:"user,omitempty"`
	Context map[string]string `json:"context,omitempty"`
}

// writeKubeconfig writes a kubeconfig with a context for each user.
func (s *Server) writeKubeconfig() error {
	const cluster = "test"

	all := kubeconfig{
		APIVersion: "v1", Kind: "Config", CurrentContext: Administrator,
		Clusters: []entry{{Name: cluster, Cluster: map[string]string{
			"server": "https://" + s.address, "certificate-authority": s.certificate(),
		}}},
	}

	for name, token := range s.tokens {
		all.Users = append(all.Users, entry{Name: name, User: map[string]string{"token": token}})
		all.Contexts = append(all.Contexts, entry{Name: name, Context: map[string]string{"cluster": cluster, "user": name}})
	}

	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}

	return os.WriteFile(s.Kubeconfig(), text, private)
}

// Kubeconfig is the path of a kubeconfig whose contexts are named as the users are; the
// administrator's is the current one.
func (s *Server) Kubeconfig() string { return filepath.Join(s.dir, kubeconfigFile) }

// secrets are what must never be told.
func secrets(text []byte) ([]string, error) {
	var all kubeconfig
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, err
	}

	var tokens []string

	for _, user := range all.Users {
		tokens = append(tokens, strings.TrimSpace(user.User["token"]))
	}

	return tokens, nil
}
