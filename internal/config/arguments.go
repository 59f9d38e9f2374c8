package config

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// parse fills flags and arguments, and returns the command that was named; helped tells that help was asked for.
func (n *node) parse(args []string) (named *node, helped bool, err error) {
	owner := n
	if n.fallback != nil { // its flags may stand without it
		owner = n.fallback
	}

	set := owner.flagSet(&helped)
	set.SetInterspersed(len(n.children) == 0) // else what comes next is a command

	var first string // of the flags that were given here

	err = set.ParseAll(args, func(given *pflag.Flag, text string) error {
		if given.Name == helpFlag {
			return given.Value.Set(text)
		}

		if first == "" {
			first = given.Name
		}

		return owner.give(given.Name, text, args)
	})
	if err != nil {
		return nil, false, owner.explain(err)
	}

	rest := set.Args()

	switch {
	case len(n.children) == 0:
		return n, helped, n.take(rest)
	case len(rest) == 0 && (helped || n.fallback == nil):
		return n, helped, nil
	case len(rest) == 0:
		return n.fallback, helped, nil
	}

	child := n.child(rest[0])

	switch {
	case child == nil && n.fallback != nil:
		child = n.fallback // which says what is wrong
	case child == nil:
		return nil, false, similar(rest[0], n.names(), "unexpected argument "+rest[0])
	case n.fallback != nil && child != n.fallback && first != "":
		return nil, false, fmt.Errorf("flag --%s applies to the default command %q, not %q", first, n.fallback.name, child.name)
	default:
		rest = rest[1:]
	}

	if set.ArgsLenAtDash() >= 0 { // what follows -- is no flag of the child's either
		rest = append([]string{"--"}, rest...)
	}

	named, deeper, err := child.parse(rest)

	return named, helped || deeper, err
}

const helpFlag = "help"

// flagSet has the flags of the command, whose values are set as they are found.
func (n *node) flagSet(helped *bool) *pflag.FlagSet {
	set := pflag.NewFlagSet(n.name, pflag.ContinueOnError)
	set.BoolVarP(helped, helpFlag, "h", false, "")

	for _, f := range n.flags {
		set.String(f.name, "", "")

		if f.alone {
			set.Lookup(f.name).NoOptDefVal = "true"
		}
	}

	return set
}

// give sets a flag. A value that begins with a dash has to follow an equals sign: else somebody has forgotten it.
func (n *node) give(name, text string, args []string) error {
	if len(text) > 1 && text[0] == '-' && !slices.Contains(args, "--"+name+"="+text) {
		kind := "short flag"
		if strings.HasPrefix(text, "--") {
			kind = "long flag"
		}

		return fmt.Errorf("--%s: expected text value but got %q (%s); perhaps try --%s=%q?", name, text, kind, name, text)
	}

	f := n.flags[slices.IndexFunc(n.flags, func(f *flag) bool { return f.name == name })]
	if f.many && f.origin == originFlag && f.target.text != "" {
		text = f.target.text + "," + text
	}

	f.target.text, f.origin = text, originFlag

	return nil
}

// explain says what the library found wrong, with what may have been meant.
func (n *node) explain(err error) error {
	if missing, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return fmt.Errorf("--%s: expected text value, and nothing follows", missing.GetSpecifiedName())
	}

	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return err
	}

	written := "--" + unknown.GetSpecifiedName()
	if unknown.GetSpecifiedShortnames() != "" {
		written = "-" + unknown.GetSpecifiedName()
	}

	known := []string{"--" + helpFlag, "-h"}
	for _, f := range n.flags {
		known = append(known, "--"+f.name)
	}

	return similar(written, known, "unknown flag "+written)
}

// take fills the arguments.
func (n *node) take(words []string) error {
	if len(words) > len(n.args) {
		return errors.New("unexpected argument " + words[len(n.args)])
	}

	for i, word := range words {
		*n.args[i].target = word
	}

	return nil
}

// missing says what a command still needs.
func (n *node) missing() error {
	const most = 5

	var wanted []string

	for _, a := range n.args {
		if *a.target == "" && !a.optional {
			wanted = append(wanted, strconv.Quote("<"+a.name+">"))
		}
	}

	for _, name := range n.names() {
		wanted = append(wanted, strconv.Quote(name))
	}

	switch {
	case len(wanted) == 0:
		return nil
	case len(wanted) == 1:
		return errors.New("expected " + wanted[0])
	case len(wanted) > most:
		wanted = append(wanted[:most], "...")
	}

	return errors.New("expected one of " + strings.Join(wanted, ", "))
}

func (n *node) names() []string {
	var names []string
	for _, child := range n.children {
		names = append(names, child.name)
	}

	return names
}
