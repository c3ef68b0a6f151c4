package server

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"errors"
	"html"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/gofiber/fiber/v2"
)

const (
	// pageFile is what the server fills in for each request; all other files are sent as they lie.
	pageFile = "index.html"
	// hashedFolder holds files whose names change with what is in them.
	hashedFolder = "/assets/"
	// headerPrefix is where a proxy that serves the page below a path says which one it took off.
	headerPrefix = "X-Forwarded-Prefix"
	// maxPrefix bounds a prefix in bytes.
	maxPrefix = 200
)

// policy is what the page may load and do: only what comes from here, no script or style element without the request's
// nonce, and no evaluation of text. Charts place their tooltips with style attributes.
const policy = "default-src 'none'; script-src 'self' 'nonce-N'; style-src 'self' 'nonce-N'; style-src-attr 'unsafe-inline'; " +
	"img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// prefixShape is what a prefix may be: it becomes part of addresses.
var prefixShape = regexp.MustCompile(`^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$`)

// mediaTypes are those of the files that the page consists of.
var mediaTypes = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".json": "application/json",
	".txt": "text/plain; charset=utf-8", ".woff2": "font/woff2", ".png": "image/png",
}

// page is the editor's page, held in memory. It never changes.
type page struct {
	// index is empty where the page was not built.
	index string
	files map[string]*pageAsset
}

// pageAsset is a file in the forms that there are of it.
type pageAsset struct {
	plain, gzip, brotli []byte
}

// loadPage reads what the build made; see web/scripts/pack.mjs.
func loadPage(files fs.FS) (*page, error) {
	p := &page{files: map[string]*pageAsset{}}
	if files == nil {
		return p, nil
	}
	return p, fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == ".gitkeep" {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if name == pageFile {
			p.index = string(content)
			return nil
		}
		p.add("/"+name, content)
		return nil
	})
}

func (p *page) add(name string, content []byte) {
	form := path.Ext(name)
	if form == ".br" || form == ".gz" {
		name = strings.TrimSuffix(name, form)
	}
	f := p.files[name]
	if f == nil {
		f = &pageAsset{}
		p.files[name] = f
	}
	switch form {
	case ".br":
		f.brotli = content
	case ".gz":
		f.gzip = content
	default:
		f.plain = content
	}
}

// send answers with the form that the client takes. Programs that take none at all are rare: for them it is unpacked.
func (f *pageAsset) send(c *fiber.Ctx) error {
	if f.brotli == nil || f.gzip == nil {
		return c.Send(f.plain)
	}
	c.Vary(fiber.HeaderAcceptEncoding)
	// Asked one by one: of several it names the one that the client lists first, which is rarely the smallest.
	switch {
	case c.AcceptsEncodings("br") != "":
		c.Set(fiber.HeaderContentEncoding, "br")
		return c.Send(f.brotli)
	case c.AcceptsEncodings("gzip") != "":
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(f.gzip)
	}
	r, err := gzip.NewReader(bytes.NewReader(f.gzip))
	if err != nil {
		return err
	}
	plain, err := io.ReadAll(r)
	return errors.Join(err, c.Send(plain))
}

// servePage comes after all routes. What asks for a page gets the one page that there is, whichever of its places the
// address names; the API, webhooks and signs of life are never shadowed by it.
func (s *Server) servePage(c *fiber.Ctx) error {
	if unsafe(c.Method()) || c.Method() == fiber.MethodOptions || reserved(c.Path()) {
		return c.Next()
	}
	if f := s.page.files[c.Path()]; f != nil {
		c.Set(fiber.HeaderContentType, mediaTypes[path.Ext(c.Path())])
		c.Set(fiber.HeaderCacheControl, "public, max-age=86400")
		if strings.HasPrefix(c.Path(), hashedFolder) {
			c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
		}
		return f.send(c)
	}
	if strings.HasPrefix(c.Path(), hashedFolder) || !strings.Contains(c.Get(fiber.HeaderAccept), fiber.MIMETextHTML) {
		return c.Next()
	}
	return s.sendIndex(c)
}

// reserved reports whether a path belongs to programs.
func reserved(path string) bool {
	for _, own := range []string{"/api", "/hooks", "/healthz", "/readyz", "/metrics"} {
		if path == own || strings.HasPrefix(path, own+"/") {
			return true
		}
	}
	return false
}

// sendIndex answers with the page made for one request: its nonce, where it lies, and whether somebody is signed in.
func (s *Server) sendIndex(c *fiber.Ctx) error {
	nonce := rand.Text()
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderContentSecurityPolicy, strings.ReplaceAll(policy, "nonce-N", "nonce-"+nonce))
	c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	if s.page.index == "" {
		return c.Status(fiber.StatusServiceUnavailable).SendString(unbuilt)
	}
	way, err := s.wayIn(c)
	if err != nil {
		return err
	}
	prefix := html.EscapeString(prefixOf(c))
	return c.SendString(strings.NewReplacer(
		"__CSP_NONCE__", nonce, "__SLUICE_PREFIX__", prefix, "__SLUICE_SESSION__", way,
		"__SLUICE_VERSION__", html.EscapeString(s.o.Version), `"./`, `"`+prefix+"/",
	).Replace(s.page.index))
}

// prefixOf is the path below which a proxy serves the page, as it says.
func prefixOf(c *fiber.Ctx) string {
	prefix := strings.TrimSuffix(c.Get(headerPrefix), "/")
	if len(prefix) > maxPrefix || !prefixShape.MatchString(prefix) {
		return ""
	}
	return prefix
}

// wayIn says how the page gets a session, so that it need not try: one is open, anybody gets one, or a token is needed.
func (s *Server) wayIn(c *fiber.Ctx) (string, error) {
	_, open, err := s.access.session(c.Cookies(cookieName))
	switch {
	case err != nil:
		return "", err
	case open:
		return "open", nil
	case s.o.LoopbackLogin && loopback(c):
		return "loopback", nil
	}
	return "token", nil
}

// unbuilt is there instead of the page where the program was built without it.
const unbuilt = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Sluice</title></head>
<body>
<h1>Sluice runs; its page was not built</h1>
<p>The program was built without the editor's page. Install Node.js 20.19 or newer, then run <code>make web build</code> and start
<code>bin/sluice</code> again. Everything else works: the API is below <code>/api/v1</code>.</p>
<section lang="zh-CN">
<h1>Sluice 正在运行，但页面尚未构建</h1>
<p>此程序构建时未包含编辑器页面。请安装 Node.js 20.19 或更高版本，运行 <code>make web build</code>，然后重新启动
<code>bin/sluice</code>。其余功能不受影响：API 位于 <code>/api/v1</code>。</p>
</section>
</body></html>
`
