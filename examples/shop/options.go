package shop

import (
	"fmt"
	"time"
)

// Options say which world a shop simulates. The zero value is a quiet shop: no traffic, no faults, no callbacks.
type Options struct {
	// Seed decides everything random.
	Seed uint64
	// Clock gives the time; nil is time.Now. It is called from several goroutines at once.
	Clock func() time.Time
	// Speed divides the waiting times of the simulated world: the stages of an order's life and the pauses between
	// redeliveries. Clocks, signature windows and rate limits stay real. Zero is 1.
	Speed float64
	// OrdersPerMinute is the mean rate of the orders that customers place by themselves, in minutes of the clock.
	OrdersPerMinute float64
	// PDDLag is how long a change stays invisible in the Pinduoduo lists, which are filled from an aggregate. A single
	// order asked for by its number is always fresh.
	PDDLag time.Duration
	// Credentials of the platforms; a platform whose part is the zero value gets that of DefaultCredentials.
	Credentials Credentials
	// Targets are the addresses that callbacks go to.
	Targets Targets
	// Faults by endpoint, see SetFault.
	Faults map[string]Fault
	// CallbackFaults are what goes wrong with callbacks.
	CallbackFaults CallbackFaults
}

// Targets are the addresses that callbacks go to; an empty one gets none.
type Targets struct {
	// Douyin receives message pushes, WeChatPay payment notifications, ERP plain JSON events about orders of all platforms.
	Douyin    string `json:"douyin"`
	WeChatPay string `json:"wechatpay"`
	ERP       string `json:"erp"`
}

// Credentials are what clients of the shop must know.
type Credentials struct {
	Douyin    DouyinCredentials    `json:"douyin"`
	PDD       PDDCredentials       `json:"pdd"`
	WeChatPay WeChatPayCredentials `json:"wechatpay"`
	Alipay    AlipayCredentials    `json:"alipay"`
	WMS       WMSCredentials       `json:"wms"`
	WeCom     WeComCredentials     `json:"wecom"`
	DingTalk  DingTalkCredentials  `json:"dingtalk"`
	Feishu    FeishuCredentials    `json:"feishu"`
	ERP       ERPCredentials       `json:"erp"`
}

// DouyinCredentials of one app that one shop has authorised.
type DouyinCredentials struct {
	AppKey      string `json:"app_key"`
	AppSecret   string `json:"app_secret"`
	AccessToken string `json:"access_token"`
	ShopID      int64  `json:"shop_id"`
}

// PDDCredentials of one app that one shop has authorised.
type PDDCredentials struct {
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	AccessToken  string `json:"access_token"`
}

// WeChatPayCredentials of one merchant. Keys are PEM; those left empty are made from the seed when first needed.
type WeChatPayCredentials struct {
	MchID          string `json:"mchid"`
	AppID          string `json:"appid"`
	MerchantSerial string `json:"merchant_serial"`
	PlatformSerial string `json:"platform_serial"`
	// APIv3Key has 32 bytes.
	APIv3Key string `json:"apiv3_key"`
	// MerchantPublicKey (PKIX) is all the shop needs of the merchant; MerchantPrivateKey (PKCS#8) is only known, and
	// handed out, where the shop made the pair.
	MerchantPublicKey  string `json:"merchant_public_key"`
	MerchantPrivateKey string `json:"merchant_private_key"`
	// PlatformPrivateKey (PKCS#8) signs answers and callbacks.
	PlatformPrivateKey string `json:"-"`
	PlatformPublicKey  string `json:"platform_public_key"`
}

// AlipayCredentials of one app. Its key pair and Alipay's are those of WeChatPayCredentials, so that only one of each has
// to be made; what is shown of them here is in the forms that Alipay's console gives.
type AlipayCredentials struct {
	AppID string `json:"app_id"`
	// AppPrivateKey is bare base64 of PKCS#1, as Alipay's tool writes it for all languages but Java; empty where the
	// merchant keeps his own. AlipayPublicKey is bare base64, too.
	AppPrivateKey   string `json:"app_private_key"`
	AlipayPublicKey string `json:"alipay_public_key"`
	// AppCertificate, AlipayCertificate and RootCertificate (PEM) are for the certificate mode.
	AppCertificate    string `json:"app_certificate"`
	AlipayCertificate string `json:"alipay_certificate"`
	RootCertificate   string `json:"root_certificate"`
}

// WMSCredentials of the warehouse system.
type WMSCredentials struct {
	Token string `json:"token"`
}

// WeComCredentials of a group robot: the key alone.
type WeComCredentials struct {
	Key string `json:"key"`
}

// DingTalkCredentials of a group robot. With a Secret requests must be signed; with a Keyword messages must hold it.
type DingTalkCredentials struct {
	AccessToken string `json:"access_token"`
	Secret      string `json:"secret"`
	Keyword     string `json:"keyword"`
}

// FeishuCredentials of a group robot. With a Secret messages must be signed; with a Keyword they must hold it.
type FeishuCredentials struct {
	Token   string `json:"token"`
	Secret  string `json:"secret"`
	Keyword string `json:"keyword"`
}

// ERPCredentials are one for each way in which the ERP lets callers in; the Secret also signs the plain events.
type ERPCredentials struct {
	Secret       string `json:"secret"`
	User         string `json:"user"`
	Password     string `json:"password"`
	Token        string `json:"token"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
}

// DefaultCredentials are throw-away values for examples and tests.
func DefaultCredentials() Credentials {
	return Credentials{
		Douyin:    DouyinCredentials{AppKey: "7000000000000000001", AppSecret: "demo-douyin-secret", AccessToken: "demo-douyin-token", ShopID: 4463798},
		PDD:       PDDCredentials{ClientID: "demo_pdd_client", ClientSecret: "demo_pdd_secret", AccessToken: "demo_pdd_token"},
		WeChatPay: WeChatPayCredentials{MchID: "1900000001", AppID: "wx0000000000000001", MerchantSerial: "5157F09EFDC096DE15EBE81A47057A7232F1B8E1", PlatformSerial: "PUB_KEY_ID_0119000000012023111500000000000001", APIv3Key: "demo-apiv3-key-of-32-characters!"},
		Alipay:    AlipayCredentials{AppID: "2021000000000001"},
		WMS:       WMSCredentials{Token: "demo-wms-token"},
		WeCom:     WeComCredentials{Key: "00000000-demo-4000-8000-wecom0000001"},
		DingTalk:  DingTalkCredentials{AccessToken: "demo-dingtalk-token", Secret: "SECdemo0000000000000000000000000000000000000000000000000000000000"},
		Feishu:    FeishuCredentials{Token: "00000000-demo-4000-8000-feishu000001", Secret: "demoSecret123"},
		ERP: ERPCredentials{
			Secret: "demo-erp-secret", User: "demo-erp-user", Password: "demo-erp-password", Token: "demo-erp-token",
			ClientID: "demo-erp-client", ClientSecret: "demo-erp-client-secret",
		},
	}
}

// orDefault fills the parts that are zero.
func (c Credentials) orDefault() Credentials {
	d := DefaultCredentials()
	fill(&c.Douyin, d.Douyin)
	fill(&c.PDD, d.PDD)
	fill(&c.WeChatPay, d.WeChatPay)
	fill(&c.Alipay, d.Alipay)
	fill(&c.WMS, d.WMS)
	fill(&c.WeCom, d.WeCom)
	fill(&c.DingTalk, d.DingTalk)
	fill(&c.Feishu, d.Feishu)
	fill(&c.ERP, d.ERP)
	return c
}

func fill[T comparable](value *T, fallback T) {
	var zero T
	if *value == zero {
		*value = fallback
	}
}

func (o Options) check() error {
	if o.Speed < 0 || o.OrdersPerMinute < 0 || o.PDDLag < 0 {
		return fmt.Errorf("shop: speed, orders per minute and lag must not be negative: %v, %v, %v", o.Speed, o.OrdersPerMinute, o.PDDLag)
	}
	if n := len(o.Credentials.WeChatPay.APIv3Key); n != 32 {
		return fmt.Errorf("shop: the APIv3 key has %d bytes and must have 32", n)
	}
	return nil
}
