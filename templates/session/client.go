package session

import "strings"

// product is what a User-Agent names, and the word for it.
type product struct{ mark, name string }

// Browsers name each other: those that name others come first.
func browsers() []product {
	return []product{
		{"Edg/", "Edge"},
		{"EdgA/", "Edge"},
		{"EdgiOS/", "Edge"},
		{"OPR/", "Opera"},
		{"Vivaldi/", "Vivaldi"},
		{"SamsungBrowser/", "Samsung Internet"},
		{"FxiOS/", "Firefox"},
		{"Firefox/", "Firefox"},
		{"CriOS/", "Chrome"},
		{"HeadlessChrome/", "Chrome without a window"},
		{"Chrome/", "Chrome"},
		{"Version/", "Safari"},
		{"curl/", "curl"},
		{"python-requests/", "Python"},
		{"Go-http-client/", "a Go program"},
	}
}

func systems() []product {
	return []product{
		{"iPhone", "iPhone"},
		{"iPad", "iPad"},
		{"Android", "Android"},
		{"CrOS", "ChromeOS"},
		{"Windows", "Windows"},
		{"Macintosh", "macOS"},
		{"Linux", "Linux"},
	}
}

// ClientOf says in words what a User-Agent says of itself, which anybody can make up: RFC 9110, section
// 10.1.5. It is "" for none.
func ClientOf(userAgent string) string {
	if userAgent == "" {
		return ""
	}

	name := "an unknown program"

	for _, one := range browsers() {
		if _, version, found := strings.Cut(userAgent, one.mark); found {
			name = one.name + majorOf(version)

			break
		}
	}

	for _, one := range systems() {
		if strings.Contains(userAgent, one.mark) {
			return name + " on " + one.name
		}
	}

	return name
}

// majorOf is the first number of a version, behind a blank; "" for none.
func majorOf(version string) string {
	const longest = 4

	end := 0
	for end < len(version) && version[end] >= '0' && version[end] <= '9' {
		end++
	}

	if end == 0 || end > longest {
		return ""
	}

	return " " + version[:end]
}
