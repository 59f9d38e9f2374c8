package config

import (
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// node is a command, or what several commands stand under.
type node struct {
	name     string
	help     string
	parent   *node
	children []*node
	fallback *node // the child that is meant where none is named
	flags    []*flag
	args     []*argument
}

// flag is a setting as the command line has it.
type flag struct {
	name        string // without dashes
	help        string
	group       string
	placeholder string
	standard    string // the default
	secret      bool
	many, alone bool // it may be given several times; it means true without a value

	target *setting
	origin string // flag, environment, file PATH or default
}

// argument is a word behind a command that is no flag.
type argument struct {
	name     string
	help     string
	optional bool
	target   *string
}

// newCommandLine reads the grammar. Words replace ${NAME} in its texts and defaults.
func newCommandLine(g *grammar, words map[string]string) *node {
	root := &node{help: "The operations console of the graph OLAP platform."}
	root.read(reflect.ValueOf(g).Elem(), "", words)

	return root
}

// read adds what the fields of a struct are, in their order; what is embedded is as if it stood there itself.
func (n *node) read(fields reflect.Value, group string, words map[string]string) {
	for i := range fields.NumField() {
		field, value := fields.Type().Field(i), fields.Field(i)
		tag := field.Tag
		_, isCommand := tag.Lookup("cmd")

		switch {
		case field.Anonymous:
			within := group
			if own := tag.Get("group"); own != "" {
				within = own
			}

			n.read(value, within, withSet(words, tag.Get("set")))
		case isCommand:
			child := &node{name: dashed(field.Name), help: tag.Get("help"), parent: n}
			child.read(value, "", words)
			n.children = append(n.children, child)

			if _, ok := tag.Lookup("fallback"); ok {
				n.fallback = child
			}
		case value.Kind() == reflect.String:
			_, optional := tag.Lookup("optional")
			target, _ := reflect.TypeAssert[*string](value.Addr())
			n.args = append(n.args, &argument{name: dashed(field.Name), help: tag.Get("help"), optional: optional, target: target})
		default:
			n.flags = append(n.flags, newFlag(field, value, group, words))
		}
	}
}

func newFlag(field reflect.StructField, value reflect.Value, group string, words map[string]string) *flag {
	expand := func(text string) string { return os.Expand(text, func(name string) string { return words[name] }) }
	tag := field.Tag
	_, secret := tag.Lookup("secret")

	f := &flag{
		name: tag.Get("name"), help: expand(tag.Get("help")), group: group,
		placeholder: tag.Get("placeholder"), standard: expand(tag.Get("default")), secret: secret, origin: "default",
	}
	if f.name == "" {
		f.name = dashed(field.Name)
	}

	switch target := value.Addr().Interface().(type) {
	case *setting:
		f.target = target
	case *list:
		f.target, f.many = &target.setting, true
	case *toggle:
		f.target, f.alone = &target.setting, true
	}

	*f.target = setting{flag: f.name, text: f.standard}

	return f
}

// withSet adds words written as NAME=WORD,….
func withSet(words map[string]string, set string) map[string]string {
	all := maps.Clone(words)

	for item := range strings.SplitSeq(set, ",") {
		name, word, _ := strings.Cut(item, "=")
		all[name] = word
	}

	return all
}

// dashed writes the name of a field as flags are written: PublicURL is public-url.
func dashed(field string) string {
	var out strings.Builder

	before := 'A'

	for _, c := range field {
		if unicode.IsUpper(c) && unicode.IsLower(before) {
			out.WriteByte('-')
		}

		out.WriteRune(unicode.ToLower(c))

		before = c
	}

	return out.String()
}

// path is the command as it is typed, such as audit verify.
func (n *node) path() string {
	if n.parent == nil {
		return ""
	}

	return strings.TrimSpace(n.parent.path() + " " + n.name)
}

// child returns the command of that name, or nil.
func (n *node) child(name string) *node {
	if i := slices.IndexFunc(n.children, func(c *node) bool { return c.name == name }); i >= 0 {
		return n.children[i]
	}

	return nil
}
