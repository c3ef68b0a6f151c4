package httpclient

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// insecure says why there is no secure connection, and whether trying again is pointless; false for other errors.
func insecure(err error) (message string, permanent, ok bool) {
	var (
		certificate *tls.CertificateVerificationError
		authority   x509.UnknownAuthorityError
		hostname    x509.HostnameError
		invalid     x509.CertificateInvalidError
		record      tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return expired(invalid.Cert), true, true
	case errors.As(err, &hostname):
		return fmt.Sprintf("the server's certificate is for %s, not for %s: correct the address, or set tls.serverName",
			strings.Join(certificateNames(hostname.Certificate), ", "), hostname.Host), true, true
	case errors.As(err, &authority):
		return "the server's certificate comes from an authority that this machine does not trust" + issuer(authority.Cert) +
			": give the authority's certificate as tls.ca", true, true
	case errors.As(err, &certificate):
		return "the server's certificate is not trusted: " + certificate.Err.Error(), true, true
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return "the server does not speak TLS at this port: is the address to begin with http://?", false, true
	}
	text := err.Error()
	switch _, alert, refused := strings.Cut(text, "remote error: tls: "); {
	case refused && (strings.HasPrefix(alert, "certificate required") || strings.HasPrefix(alert, "bad certificate") ||
		strings.HasPrefix(alert, "unknown certificate") || strings.HasPrefix(alert, "expired certificate") || strings.HasPrefix(alert, "revoked certificate")):
		return "the server wants another client certificate than it got (" + alert + "): see clientCertificate and clientKey", true, true
	case refused && strings.HasPrefix(alert, "handshake failure"):
		return "the server agrees to no TLS version and cipher that is offered, or wants a client certificate (see clientCertificate and clientKey)", false, true
	case refused:
		return "the server refused the secure connection: " + alert, false, true
	case strings.Contains(text, "tls: "):
		return "no secure connection: " + text, false, true
	}
	return "", false, false
}

// expired tells a certificate that is over from one that is yet to begin, which may be this machine's clock.
func expired(c *x509.Certificate) string {
	if c == nil {
		return "a certificate of the server has expired or is not valid yet"
	}
	if now := time.Now(); now.Before(c.NotBefore) {
		return fmt.Sprintf("the server's certificate is valid from %s only; this machine's clock says %s",
			c.NotBefore.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	return "the server's certificate expired on " + c.NotAfter.UTC().Format(time.RFC3339)
}

// maxNames bounds how many names of a certificate a message shows.
const maxNames = 5

func certificateNames(c *x509.Certificate) []string {
	if c == nil {
		return []string{"another name"}
	}
	names := append([]string(nil), c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	switch {
	case len(names) == 0:
		return []string{"no name at all"}
	case len(names) > maxNames:
		names = append(names[:maxNames], "…")
	}
	return names
}

func issuer(c *x509.Certificate) string {
	if c == nil {
		return ""
	}
	return " (" + c.Issuer.String() + ")"
}
