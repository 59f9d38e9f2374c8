package store_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/freeport"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// startPooler puts a PgBouncer in front of a database, and returns the URL by way of it.
func startPooler(t *testing.T, databaseURL, mode string, settings ...string) string {
	t.Helper()

	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		program = "/usr/sbin/pgbouncer" // where Debian has it, out of the PATH of most
	}

	if _, err := os.Stat(program); err != nil && os.Getenv("CI") == "" {
		t.Skip("needs PgBouncer (./task test installs it)")
	}

	server, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}

	password, _ := server.User.Password()
	address := freeport.Address(t)
	host, port, _ := net.SplitHostPort(address)

	owner := unprivileged(t)

	// A folder that it may look into: those above t.TempDir may be this user's alone.
	dir, err := os.MkdirTemp("/tmp", "pgbouncer-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { os.RemoveAll(dir) })

	for name, text := range map[string]string{
		"users": fmt.Sprintf("%q %q\n", server.User.Username(), password),
		"pgbouncer.ini": fmt.Sprintf("[databases]\n* = host=%s port=%s\n[pgbouncer]\nlisten_addr=%s\nlisten_port=%s\nunix_socket_dir=\n"+
			"auth_type=trust\nauth_file=%s/users\npool_mode=%s\n%s\n", server.Hostname(), server.Port(), host, port, dir, mode, strings.Join(settings, "\n")),
	} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chown(path, int(owner.Uid), int(owner.Gid))); err != nil {
			t.Fatal(err)
		}
	}

	if err := os.Chown(dir, int(owner.Uid), int(owner.Gid)); err != nil {
		t.Fatal(err)
	}

	var output strings.Builder

	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), program, filepath.Join(dir, "pgbouncer.ini"))
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: owner}

	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() {
		cmd.Process.Kill() //nolint:errcheck // it may have ended
		cmd.Wait()         //nolint:errcheck // it was killed

		if t.Failed() {
			t.Log(output.String())
		}
	})

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()

	for again := time.NewTicker(20 * time.Millisecond); ctx.Err() == nil; <-again.C {
		if c, err := new(net.Dialer).DialContext(ctx, "tcp", address); err == nil {
			c.Close()

			break
		}
	}

	server.Host = address

	return server.String()
}

// unprivileged is who PgBouncer runs as: it refuses to as root.
func unprivileged(t *testing.T) *syscall.Credential {
	t.Helper()

	if os.Geteuid() != 0 {
		return &syscall.Credential{Uid: uint32(os.Geteuid()), Gid: uint32(os.Getegid()), NoSetGroups: true} //nolint:gosec // not negative
	}

	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}

	uid, uidErr := strconv.ParseUint(nobody.Uid, 10, 32)
	gid, gidErr := strconv.ParseUint(nobody.Gid, 10, 32)

	if err := errors.Join(uidErr, gidErr); err != nil {
		t.Fatal(err)
	}

	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func TestAPoolerHasToKeepSessions(t *testing.T) {
	t.Parallel()

	for mode, want := range map[string]string{
		"session": "", "transaction": "set pool_mode = session", "statement": "set pool_mode = session",
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()

			pooled := startPooler(t, storetest.PostgresURL(t), mode)

			db, err := store.Open(t.Context(), pooled)
			if err == nil {
				defer db.Close()

				err = db.ProbeWrite(t.Context())
			}

			if got := fmt.Sprint(err); want == "" && err != nil || !strings.Contains(got, want) {
				t.Errorf("by a pooler of %ss: %v, want %q", mode, err, want)
			}
		})
	}
}
