package announce

// Audience says who reads the announcements.
type Audience string

// The audiences: everybody, those who are signed in with whatever role, or nobody.
const (
	Public   Audience = "public"
	SignedIn Audience = "signed-in"
	Nobody   Audience = "off"
)

// Audiences are all of them.
func Audiences() []Audience { return []Audience{Public, SignedIn, Nobody} }
