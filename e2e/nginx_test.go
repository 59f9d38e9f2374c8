package e2e_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/freeport"
)

// nginxPath is a real balancer to have in front.
var nginxPath = flag.String("rolling.nginx", "", "path of nginx, to have it in front instead of the test's own balancer")

// nginx is in front of replicas with its default settings. It looks at no probe: who refuses a connection is left alone
// for a while.
type nginx struct{ url string }

// failTimeout is nginx' default of how long.
const failTimeout = 10 * time.Second

func newNginx(t *testing.T, replicas []string) nginx {
	t.Helper()

	address, folder := freeport.Address(t), t.TempDir()
	configuration := filepath.Join(folder, "nginx.conf")
	text := fmt.Sprintf(`
daemon off; pid %[1]s/pid; error_log %[1]s/error.log;
events {}
http {
  access_log off; client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy;
  fastcgi_temp_path %[1]s/fastcgi; uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
  upstream opsconsole { server %[2]s; }
  server { listen %[3]s; location / { proxy_pass http://opsconsole; proxy_set_header Host $host:$server_port; } }
}`, folder, strings.Join(replicas, "; server "), address)

	if err := os.WriteFile(configuration, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), *nginxPath, "-c", configuration, "-p", folder)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt) //nolint:errcheck // it is waited for
		cmd.Wait()                       //nolint:errcheck // it was told to
	})

	return nginx{"http://" + address}
}

func (n nginx) at() string { return n.url }

// waitFor waits until all get requests again.
func (nginx) waitFor(t *testing.T, _ int) {
	t.Helper()

	<-time.After(failTimeout)
}

// remove is nothing that nginx does by itself.
func (nginx) remove(string) {}
