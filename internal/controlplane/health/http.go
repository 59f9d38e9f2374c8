package health

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"

	"github.com/graph-olap/opsconsole/internal/neterr"
)

const bodyMax = 64 << 10

// answer is as much of an HTTP answer as a probe looks at.
type answer struct {
	status int
	body   []byte
}

// get asks once and follows no redirect. who and setting are for the words of the
// error: what was asked, and where its address comes from.
func get(ctx context.Context, client *http.Client, target *url.URL, header http.Header, who, setting string) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return answer{}, unreachable(err, "the address of %s is wrong; check %s", who, setting)
	}

	request.Header = header.Clone()

	response, err := client.Do(request)
	if err != nil {
		return answer{}, netFinding(err, who, setting)
	}
	defer response.Body.Close()

	// A server that notices that we give up may end its answer half-way as if it were whole.
	body, err := io.ReadAll(io.LimitReader(response.Body, bodyMax))
	if err = cmp.Or(err, ctx.Err()); err != nil {
		return answer{}, netFinding(err, who, setting)
	}

	return answer{status: response.StatusCode, body: body}, nil
}

// noRedirects hands a redirect back as the answer: what is asked is asked of the host that was configured.
func noRedirects(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// netFinding puts a failed connection into words; a timeout it leaves to [component.judge].
func netFinding(err error, who, setting string) error {
	switch neterr.ReasonOf(err) {
	case neterr.TimedOut:
		return fmt.Errorf("%w: %w", context.DeadlineExceeded, err)
	case neterr.UnknownHost:
		return unreachable(err, "the host of %s, %s, cannot be found; check %s", who, hostOf(err), setting)
	case neterr.NoLookup:
		return unreachable(err, "the host of %s, %s, cannot be looked up: no name server answers", who, hostOf(err))
	case neterr.Refused:
		return unreachable(err, "the host of %s refuses the connection: is it running, and is the port in %s right?", who, setting)
	case neterr.NotTLS:
		return unreachable(err, "%s does not use TLS; check whether %s should say http or https", who, setting)
	case neterr.BadCertificate:
		return certificateFinding(err, who, setting)
	case neterr.Stopped, neterr.Unreachable:
	}

	return unreachable(err, "%s cannot be reached; the log has the cause", who)
}

// hostOf is the name that was looked up in vain.
func hostOf(err error) string {
	dns, _ := errors.AsType[*net.DNSError](err)

	return dns.Name
}

func certificateFinding(err error, who, setting string) error {
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return unreachable(err, "the certificate of %s is for another host; check %s", who, setting)
	}

	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return unreachable(err, "the certificate of %s has expired or is not valid yet", who)
	}

	return unreachable(err, "the certificate of %s is not trusted", who)
}
