package config

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

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
	var (
		flags  grammar
		helped bool
		in     = source{machine: machine, origins: map[string]string{}, files: map[string]string{}}
	)

	parser, err := kong.New(&flags,
		kong.Name("opsconsole"),
		kong.Description("The operations console of the graph OLAP platform."),
		kong.Vars{
			"job_schedule": jobSchedule(),
			"approvable":   strings.Join(action.Approvable(), ", "), "actions": strings.Join(action.Names(), ", "),
		},
		kong.Writers(machine.Out, machine.Out),
		kong.Exit(func(int) { helped = true }),
		kong.Resolvers(&in),
		kong.ValueFormatter(helpWithVariable),
		kong.ConfigureHelp(kong.HelpOptions{NoExpandSubcommands: true, Compact: true}),
	)
	if err != nil {
		return nil, fmt.Errorf("the command line's own grammar: %w", err)
	}

	line, err := parser.Parse(asFlags(args))

	switch {
	case helped && len(args) == 0:
		return nil, errors.New("a command is missing; give one of those above")
	case helped:
		return Help{}, nil
	case err != nil:
		return nil, fmt.Errorf("%w; try opsconsole --help", err)
	}

	for _, flag := range line.Flags() {
		if setting, ok := reflect.TypeAssert[named](flag.Target.Addr()); ok {
			setting.name(flag.Name)
		}
	}

	return command(ctx, line, &flags, &in)
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

func command(ctx context.Context, line *kong.Context, flags *grammar, in *source) (Command, error) {
	var (
		asked  Command
		show   bool
		reader = reader{lookupHost: in.machine.LookupHost, files: in.files, problems: in.problems}
	)

	switch line.Command() {
	case "demo":
		asked = reader.demo(ctx, &flags.Demo)
	case "serve":
		asked = reader.serve(&flags.Serve)
	case "config demo":
		asked, show = reader.demo(ctx, &flags.Config.Demo), true
	case "config serve":
		asked, show = reader.serve(&flags.Config.Serve), true
	case "backup <file>":
		asked = reader.backup(&flags.Backup)
	case "restore", "restore <file>":
		asked = reader.restore(&flags.Restore)
	case "audit verify":
		asked = reader.auditVerify(&flags.Audit.Verify)
	case "audit export":
		asked = reader.auditExport(&flags.Audit.Export)
	case "audit public-key":
		asked = reader.auditPublicKey(&flags.Audit.PublicKey)
	case "healthcheck":
		asked = reader.healthcheck(flags.Healthcheck)
	default:
		asked = Version{}
	}

	problems := inOrder(reader.problems, line.Flags())

	switch {
	case show:
		return Show{Settings: effective(line, in.origins), Problems: problems}, nil
	case len(problems) > 0:
		return nil, SettingsError(problems)
	default:
		return asked, nil
	}
}

// inOrder sorts the problems as the flags stand in the help.
func inOrder(problems []Problem, flags []*kong.Flag) []Problem {
	position := func(p Problem) int {
		return slices.IndexFunc(flags, func(f *kong.Flag) bool { return "--"+f.Name == p.Flag })
	}

	slices.SortStableFunc(problems, func(a, b Problem) int { return position(a) - position(b) })

	return problems
}

// source is where kong looks for flags that are not among the arguments.
type source struct {
	machine  Machine
	origins  map[string]string // by flag, where its text was found
	files    map[string]string // by flag, the file of a secret
	problems []Problem
}

// Validate implements [kong.Resolver].
func (*source) Validate(*kong.Application) error { return nil }

// Resolve implements [kong.Resolver]: the environment, then the file that it names.
func (s *source) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if text, ok := s.machine.LookupEnv(variable(flag.Name)); ok && text != "" {
		s.origins[flag.Name] = "environment"

		return text, nil
	}

	if !isSecret(flag) {
		return nil, nil //nolint:nilnil // kong: not found here
	}

	path, ok := s.machine.LookupEnv(variable(flag.Name) + "_FILE")
	if !ok || path == "" {
		return nil, nil //nolint:nilnil // likewise
	}

	content, err := os.ReadFile(path)
	text := strings.TrimRight(string(content), "\r\n")

	switch {
	case err != nil:
		s.badFile(flag, fmt.Sprintf("cannot be read: %v; give a file that this user may read", err))

		return nil, nil //nolint:nilnil // it is among the problems
	case text == "":
		s.badFile(flag, fmt.Sprintf("names %s, which is empty; put the secret in it, or unset the variable", path))

		return nil, nil //nolint:nilnil // likewise
	}

	s.origins[flag.Name], s.files[flag.Name] = "file "+path, path

	return text, nil
}

// badFile notes that the file of a secret is of no use.
func (s *source) badFile(flag *kong.Flag, message string) {
	s.problems = append(s.problems, Problem{
		Flag: "--" + flag.Name, Variable: variable(flag.Name) + "_FILE", Message: message,
	})
}

func isSecret(flag *kong.Flag) bool { return flag.Tag.Has("secret") }

func helpWithVariable(value *kong.Value) string {
	if value.Flag == nil || value.Name == "help" {
		return value.Help
	}

	text := value.Help
	if value.Default != "" {
		text += " Default " + value.Default + "."
	}

	text += " $" + variable(value.Name)
	if isSecret(value.Flag) {
		text += ", or in the file $" + variable(value.Name) + "_FILE"
	}

	return text
}
