package config

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/graph-olap/opsconsole/internal/action"
)

// Machine is what Parse sees of the machine that it runs on.
type Machine struct {
	// LookupEnv is as [os.LookupEnv].
	LookupEnv func(variable string) (string, bool)
	// LookupHost resolves the name of a host.
	LookupHost func(ctx context.Context, host string) ([]netip.Addr, error)
	// Out is where help is written.
	Out io.Writer
}

// ThisMachine is the one that we run on.
func ThisMachine() Machine {
	return Machine{
		LookupEnv: os.LookupEnv,
		LookupHost: func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		},
		Out: os.Stdout,
	}
}

// Parse reads the arguments, without the program's name, and the environment. It
// returns a [SettingsError] when settings are wrong or missing, and another error when the
// arguments are none of the command line.
func Parse(ctx context.Context, args []string, machine Machine) (Command, error) {
	var flags grammar

	root := newCommandLine(&flags, map[string]string{
		"job_schedule": jobSchedule(),
		"approvable":   strings.Join(action.Approvable(), ", "), "actions": strings.Join(action.Names(), ", "),
	})

	named, helped, err := root.parse(asFlags(args))

	switch {
	case err != nil:
	case helped:
		if err := named.writeHelp(machine); err != nil {
			return nil, err
		}

		if len(args) == 0 {
			return nil, errors.New("a command is missing; give one of those above")
		}

		return Help{}, nil
	default:
		err = named.missing()
	}

	if err != nil {
		return nil, fmt.Errorf("%w; try %s --help", err, program)
	}

	in := source{machine: machine, files: map[string]string{}}
	for _, f := range named.flags {
		in.resolve(f)
	}

	return command(ctx, named, &flags, &in)
}

// asFlags has help and version mean the same as a word, as a flag, and where nothing is said.
func asFlags(args []string) []string {
	switch {
	case len(args) == 0:
		return []string{"--help"}
	case args[0] == "help":
		return append(slices.Clone(args[1:]), "--help")
	case slices.Equal(args, []string{"--version"}):
		return []string{"version"}
	default:
		return args
	}
}

func command(ctx context.Context, named *node, flags *grammar, in *source) (Command, error) {
	var (
		asked  Command
		show   bool
		reader = reader{lookupHost: in.machine.LookupHost, files: in.files, problems: in.problems}
	)

	switch named.path() {
	case "demo":
		asked = reader.demo(ctx, &flags.Demo)
	case "serve":
		asked = reader.serve(&flags.Serve)
	case "config demo":
		asked, show = reader.demo(ctx, &flags.Config.Demo), true
	case "config serve":
		asked, show = reader.serve(&flags.Config.Serve), true
	case "backup":
		asked = reader.backup(&flags.Backup)
	case "restore":
		asked = reader.restore(&flags.Restore)
	case "audit verify":
		asked = reader.auditVerify(&flags.Audit.Verify)
	case "audit accept":
		asked = reader.auditAccept(&flags.Audit.Accept)
	case "audit export":
		asked = reader.auditExport(&flags.Audit.Export)
	case "audit public-key":
		asked = reader.auditPublicKey(&flags.Audit.PublicKey)
	case "healthcheck":
		asked = reader.healthcheck(flags.Healthcheck)
	default:
		asked = Version{}
	}

	problems := inOrder(reader.problems, named.flags)

	switch {
	case show:
		return Show{Settings: effective(named.flags), Problems: problems}, nil
	case len(problems) > 0:
		return nil, SettingsError(problems)
	default:
		return asked, nil
	}
}

// inOrder sorts the problems as the flags stand in the help.
func inOrder(problems []Problem, flags []*flag) []Problem {
	position := func(p Problem) int {
		return slices.IndexFunc(flags, func(f *flag) bool { return "--"+f.name == p.Flag })
	}

	slices.SortStableFunc(problems, func(a, b Problem) int { return position(a) - position(b) })

	return problems
}

// Where the text of a flag was found, but for the files of secrets.
const (
	originFlag        = "flag"
	originEnvironment = "environment"
)

// source is where flags are looked for that are not among the arguments.
type source struct {
	machine  Machine
	files    map[string]string // by flag, the file of a secret
	problems []Problem
}

// resolve takes a flag from the environment, or from the file that it names.
func (s *source) resolve(f *flag) {
	if f.origin == originFlag {
		return
	}

	if text, ok := s.machine.LookupEnv(variable(f.name)); ok && text != "" {
		f.target.text, f.origin = text, originEnvironment

		return
	}

	if !f.secret {
		return
	}

	path, ok := s.machine.LookupEnv(variable(f.name) + "_FILE")
	if !ok || path == "" {
		return
	}

	content, err := os.ReadFile(path)
	text := strings.TrimRight(string(content), "\r\n")

	switch {
	case err != nil:
		s.badFile(f, fmt.Sprintf("cannot be read: %v; give a file that this user may read", err))
	case text == "":
		s.badFile(f, fmt.Sprintf("names %s, which is empty; put the secret in it, or unset the variable", path))
	default:
		f.target.text, f.origin, s.files[f.name] = text, "file "+path, path
	}
}

// badFile notes that the file of a secret is of no use.
func (s *source) badFile(f *flag, message string) {
	s.problems = append(s.problems, Problem{Flag: "--" + f.name, Variable: variable(f.name) + "_FILE", Message: message})
}
