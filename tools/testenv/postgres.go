package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver "pgx"

	"github.com/graph-olap/opsconsole/internal/freeport"
)

const (
	startTimeout = 2 * time.Minute
	stopTimeout  = 30 * time.Second
	pollEvery    = 50 * time.Millisecond
)

// postgres is a running server in a temporary folder.
type postgres struct {
	url    string
	dir    string
	cmd    *exec.Cmd
	exited chan struct{} // closed when the server has ended
}

// startPostgres makes a new cluster and serves it on a free port of the loopback
// interface, with all safety against crashes off.
func startPostgres(ctx context.Context, bin string) (_ *postgres, err error) {
	dir, err := os.MkdirTemp(memoryDir(), "opsconsole-postgres-")
	if err != nil {
		return nil, err
	}

	server := &postgres{dir: dir, exited: make(chan struct{})}

	defer func() {
		if err != nil {
			err = errors.Join(err, server.stop())
		}
	}()

	password, passwordFile, data := rand.Text(), filepath.Join(dir, "password"), filepath.Join(dir, "data")
	if err := os.WriteFile(passwordFile, []byte(password), 0o600); err != nil {
		return nil, err
	}

	owner, err := serverUser()
	if err != nil {
		return nil, err
	}

	for _, path := range []string{dir, passwordFile} {
		if err := owner.give(path); err != nil {
			return nil, err
		}
	}

	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "--pgdata="+data, "--username=postgres",
		"--pwfile="+passwordFile, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync")
	initdb.Dir, initdb.SysProcAttr = dir, owner.attributes()

	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}

	address, err := freeport.Take(ctx)
	if err != nil {
		return nil, err
	}

	_, port, _ := strings.Cut(address, ":")

	server.url = (&url.URL{
		Scheme: "postgres", User: url.UserPassword("postgres", password), Path: "/postgres",
		Host: address, RawQuery: "sslmode=disable",
	}).String()

	// The server outlives an interrupted test run, and is stopped after it.
	server.cmd = exec.CommandContext(context.WithoutCancel(ctx), filepath.Join(bin, "postgres"),
		"-D", data, "-k", dir, "-h", "127.0.0.1", "-p", port,
		"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=400")
	server.cmd.Dir, server.cmd.SysProcAttr = dir, owner.attributes()

	return server, server.start(ctx)
}

// start runs the server and waits until it answers.
func (s *postgres) start(ctx context.Context) error {
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return err
	}
	defer log.Close()

	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		return err
	}

	go func() {
		s.cmd.Wait() //nolint:errcheck // how it ended is in its log
		close(s.exited)
	}()

	db, err := sql.Open("pgx", s.url)
	if err != nil {
		return err
	}
	defer db.Close()

	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()

	tick := time.NewTicker(pollEvery)
	defer tick.Stop()

	for {
		err := db.PingContext(ctx)
		if err == nil {
			return nil
		}

		select {
		case <-tick.C:
			continue
		case <-ctx.Done():
		case <-s.exited:
		}

		said, _ := os.ReadFile(log.Name()) // an explanation where there is one

		return fmt.Errorf("the server does not answer: %w\n%s", err, said)
	}
}

// stop ends the server, by force if it takes too long, and removes its folder.
func (s *postgres) stop() error {
	if s.cmd != nil && s.cmd.Process != nil {
		// PostgreSQL calls it a fast shutdown: it waits for nobody.
		s.cmd.Process.Signal(syscall.SIGINT) //nolint:errcheck // it may have ended already

		select {
		case <-s.exited:
		case <-time.After(stopTimeout):
			s.cmd.Process.Kill() //nolint:errcheck // likewise
			<-s.exited
		}
	}

	return os.RemoveAll(s.dir)
}

// account is whom the server runs as; the zero account is the caller's own.
type account struct{ uid, gid uint32 }

// serverUser finds another user when we are root, as whom PostgreSQL refuses to run.
func serverUser() (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}

	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}

		uid, err1 := strconv.ParseUint(found.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(found.Gid, 10, 32)

		return account{uint32(uid), uint32(gid)}, errors.Join(err1, err2)
	}

	return account{}, errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
}

func (a account) give(path string) error {
	if a == (account{}) {
		return nil
	}

	return os.Chown(path, int(a.uid), int(a.gid))
}
