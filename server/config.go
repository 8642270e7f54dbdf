package main

import (
	"time"

	"gatehouse/internal/door"
)

// config is every setting of the binary, with its default, in the one place
// that `gatehouse serve --help` prints. A setting is taken from, in this order: a
// flag, the environment variable of its `setting` tag, the configuration file
// (key: the flag's name), the default. A setting tagged `secret` can also be
// named with _FILE behind it (in the file: -file), and is then read from that
// file, so that no secret has to stand in an environment or a process list.
//
// What a command needs of it is checked by the command (config_check.go):
// `version` runs with anything, `serve` refuses what is missing or unsafe.
type config struct {
	Config string `setting:"GATEHOUSE_CONFIG" placeholder:"PATH" help:"A YAML or JSON file of settings; its keys are the names of these flags. Unknown keys are refused."`

	httpSettings     `embed:"" group:"HTTP"`
	databaseSettings `embed:"" group:"Database"`
	keysetSettings   `embed:"" group:"Keyset"`
	tokenSettings    `embed:"" group:"Tokens"`
	mailSettings     `embed:"" group:"Mail"`
	caSettings       `embed:"" group:"Built-in certificate authority"`
	acmeSettings     `embed:"" group:"Public certificate authority (ACME)"`
	limitSettings    `embed:"" group:"Limits at the door"`
	callerSettings   `embed:"" group:"Limits at the door"`
	streamSettings   `embed:"" group:"Limits at the door"`
	webhookSettings  `embed:"" group:"Webhooks"`
}

// httpSettings say where the server listens and what it serves.
type httpSettings struct {
	Addr          string        `setting:"GATEHOUSE_ADDR" default:"127.0.0.1:8080" help:"The address to listen on, host:port. Port 0 takes a free one."`
	PublicURL     string        `setting:"GATEHOUSE_PUBLIC_URL" placeholder:"URL" help:"Where people reach this server, when that is not its address: an https URL (http on loopback only). Links in mails begin with it, so serve needs it beside GATEHOUSE_SMTP_URL."`
	CORSOrigins   []string      `setting:"GATEHOUSE_CORS_ORIGINS" name:"cors-origins" placeholder:"ORIGIN" help:"Origins of web pages that may call the API, such as https://app.example.com. None by default; dev lets in any page on loopback. * is refused."`
	GraphiQL      bool          `setting:"GATEHOUSE_GRAPHIQL" name:"graphiql" negatable:"" default:"false" help:"Serve GraphiQL at /. dev always does."`
	ShutdownGrace time.Duration `setting:"GATEHOUSE_SHUTDOWN_GRACE" default:"20s" help:"How long running requests may take to end once the server was told to stop."`
	LogLevel      string        `setting:"GATEHOUSE_LOG_LEVEL" enum:"debug,info,warn,error" default:"info" help:"The least level that is logged: debug, info, warn or error."`
}

// databaseSettings say which PostgreSQL is used and how.
type databaseSettings struct {
	DatabaseURL         string            `setting:"DATABASE_URL" secret:"" placeholder:"URL" help:"PostgreSQL for the server's own role, which owns nothing: postgres://gatehouse_app:…@host/gatehouse. dev starts a private PostgreSQL when it is left out. A flag is seen by other users of the machine; prefer DATABASE_URL_FILE."`
	MigrateDatabaseURL  string            `setting:"MIGRATE_DATABASE_URL" secret:"" placeholder:"URL" help:"The same database for the role that owns its tables; read by migrate, and by dev beside DATABASE_URL."`
	AppRole             string            `setting:"GATEHOUSE_APP_ROLE" default:"gatehouse_app" help:"The role of DATABASE_URL, to which migrations grant what the server needs. It is never created here."`
	DatabaseConnections int               `setting:"GATEHOUSE_DATABASE_CONNECTIONS" default:"16" help:"The most connections that one server opens."`
	StatementTimeout    time.Duration     `setting:"GATEHOUSE_STATEMENT_TIMEOUT" default:"10s" help:"The longest time that one SQL statement of a request may take. Without the statement cache it has to be set on the role: ALTER ROLE gatehouse_app SET statement_timeout."`
	StatementTimeouts   map[string]string `setting:"GATEHOUSE_STATEMENT_TIMEOUTS" name:"statement-timeouts" default:"END_USER=5s" placeholder:"ROLE=TIME" help:"The same for roles of their own, such as AUDITOR=30s;END_USER=5s: END_USER is who has no login, SYSTEM the server itself. Of several roles the longest time holds."`
	LockTimeout         time.Duration     `setting:"GATEHOUSE_LOCK_TIMEOUT" default:"5s" help:"The longest time that a statement waits for others who change the same thing. Without the statement cache it has to be set on the role."`
	StatementCache      bool              `setting:"GATEHOUSE_STATEMENT_CACHE" negatable:"" default:"true" help:"Keep prepared statements. Switch it off behind PgBouncer in transaction mode."`
	DataDir             string            `setting:"GATEHOUSE_DATA_DIR" placeholder:"PATH" help:"Where dev keeps its private PostgreSQL and its development keys. Left out: a folder of this clone's own, which dev prints."`
	PostgresBinaries    string            `setting:"GATEHOUSE_POSTGRES_BINARIES" placeholder:"PATH" help:"The folder of initdb and postgres for dev. Left out: PATH, the usual folders, then npm's package."`
}

// keysetSettings say with which keys codes and secrets are sealed.
type keysetSettings struct {
	Keyset string `setting:"GATEHOUSE_KEYSET" secret:"" placeholder:"JSON" help:"The keys that seal codes and secrets in the database, the same for every server; gatehouse keyset create makes a file of them. Prefer GATEHOUSE_KEYSET_FILE. dev makes its own when it is left out."`
}

// tokenSettings say whose tokens are accepted and what their claims mean.
// Exactly one of JWKSURL, PEM and Secret is the key source of `serve`; `dev` and
// `token` sign with a key of their own and refuse all three.
type tokenSettings struct {
	JWKSURL    string        `setting:"GATEHOUSE_JWT_JWKS_URL" name:"jwt-jwks-url" placeholder:"URL" help:"The identity provider's key set; keys may rotate."`
	PEM        []string      `setting:"GATEHOUSE_JWT_PEM" name:"jwt-pem" placeholder:"PATH" help:"PEM files of public keys or certificates, instead of a key set."`
	Secret     string        `setting:"GATEHOUSE_JWT_SECRET" name:"jwt-secret" secret:"" placeholder:"SECRET" help:"A shared secret of at least 32 bytes (HMAC), instead of keys. Prefer GATEHOUSE_JWT_SECRET_FILE."`
	Algorithms []string      `setting:"GATEHOUSE_JWT_ALGORITHMS" name:"jwt-algorithms" placeholder:"ALG" help:"The signature algorithms to accept. Left out: RS256, PS256, ES256, ES384 and EdDSA for a key set or PEM files, HS256 for a secret."`
	Issuer     string        `setting:"GATEHOUSE_JWT_ISSUER" name:"jwt-issuer" placeholder:"ISS" help:"The one value of iss that is accepted."`
	Audience   []string      `setting:"GATEHOUSE_JWT_AUDIENCE" name:"jwt-audience" placeholder:"AUD" help:"The values of aud of which a token must have one."`
	Leeway     time.Duration `setting:"GATEHOUSE_JWT_LEEWAY" name:"jwt-leeway" default:"30s" help:"How far the provider's clock may be off; 60s at most."`

	RolesClaim         string            `setting:"GATEHOUSE_JWT_ROLES_CLAIM" name:"jwt-roles-claim" default:"roles" help:"The claim that holds the roles: a name, or a path such as realm_access.roles (Keycloak). An exact name goes first, so https://example.com/roles works as it is."`
	RoleMap            map[string]string `setting:"GATEHOUSE_JWT_ROLE_MAP" name:"jwt-role-map" placeholder:"NAME=ROLE" help:"What the provider's names mean here, such as pki-approvers=APPROVER;pki-admins=ADMIN. One name may stand for several roles, separated by spaces. With a map, only the names in it count."`
	BusinessUnitsClaim string            `setting:"GATEHOUSE_JWT_BUSINESS_UNITS_CLAIM" name:"jwt-business-units-claim" default:"business_units" help:"The claim that holds keys or ids of business units, or * for all. Without it a token sees none."`
	NameClaim          string            `setting:"GATEHOUSE_JWT_NAME_CLAIM" name:"jwt-name-claim" default:"name" help:"The claim that holds the person's name."`
	EmailClaim         string            `setting:"GATEHOUSE_JWT_EMAIL_CLAIM" name:"jwt-email-claim" default:"email" help:"The claim that holds the person's e-mail address."`
}

// mailSettings say how mail is sent. Without a mail server `serve` sends none, and
// `dev` keeps it in a mailbox of its own.
type mailSettings struct {
	SMTPURL       string `setting:"GATEHOUSE_SMTP_URL" name:"smtp-url" secret:"" placeholder:"URL" help:"The mail server: smtp://user:password@mail.example.com:587 (STARTTLS) or smtps://…:465. Left out, serve sends no mail, and dev keeps it in its mailbox. Prefer GATEHOUSE_SMTP_URL_FILE."`
	MailFrom      string `setting:"GATEHOUSE_MAIL_FROM" name:"mail-from" placeholder:"ADDRESS" help:"The sender of mails: pki@example.com, or Certificates <pki@example.com>."`
	MailTemplates string `setting:"GATEHOUSE_MAIL_TEMPLATES" name:"mail-templates" placeholder:"PATH" help:"A folder of templates of your own, under the names of those that they replace (docs/operations.md). They are tried out at the start."`
}

// caSettings are the key and the certificates of the built-in certificate
// authority. Without them `serve` issues nothing for profiles that use it, and
// `dev` makes an authority of its own.
type caSettings struct {
	CAKey   string `setting:"GATEHOUSE_CA_KEY" name:"ca-key" secret:"" placeholder:"PEM" help:"The private key of the issuing certificate (PKCS#8, PKCS#1 or SEC 1). Set GATEHOUSE_CA_KEY_FILE to its file. dev makes an authority in its data folder when it is left out."`
	CAChain string `setting:"GATEHOUSE_CA_CHAIN" name:"ca-chain" placeholder:"PATH" help:"A PEM file of certificates: that of the key first, each issued by the next, the root last."`

	CAFormer []string `setting:"GATEHOUSE_CA_FORMER" name:"ca-former" placeholder:"PATH" help:"PEM files of authorities of before, each the key, its certificate, and those above it, as in GATEHOUSE_CA_KEY and GATEHOUSE_CA_CHAIN. They issue nothing, and go on telling which of their certificates are revoked."`

	RevocationURL string `setting:"GATEHOUSE_REVOCATION_URL" name:"revocation-url" placeholder:"URL" help:"Where this server's /crl/, /ocsp and /ca/ are reached: an http or https URL, which new certificates name from then on. Left out, it is GATEHOUSE_PUBLIC_URL. Take http: programs that check certificates rarely fetch lists by https, which would need a certificate to be checked first, and what is published is signed."`
}

// acmeSettings say which public authority issues for profiles with issuer ACME
// (RFC 8555), and how it is shown that a name is ours.
type acmeSettings struct {
	ACMEDirectory  string   `setting:"GATEHOUSE_ACME_DIRECTORY" name:"acme-directory" placeholder:"URL" help:"The authority's directory, such as https://acme.example.com/directory. Setting it agrees to the authority's terms of service."`
	ACMEContact    []string `setting:"GATEHOUSE_ACME_CONTACT" name:"acme-contact" placeholder:"ADDRESS" help:"E-mail addresses that the authority may write to."`
	ACMERoots      string   `setting:"GATEHOUSE_ACME_ROOTS" name:"acme-roots" placeholder:"PATH" help:"A PEM file of the roots to trust for the directory's own TLS, when the system does not know them."`
	ACMEEABKeyID   string   `setting:"GATEHOUSE_ACME_EAB_KID" name:"acme-eab-kid" placeholder:"ID" help:"The key id of an external account, when the authority asks for one."`
	ACMEEABKey     string   `setting:"GATEHOUSE_ACME_EAB_HMAC" name:"acme-eab-hmac" secret:"" placeholder:"KEY" help:"Its HMAC key in base64url. Prefer GATEHOUSE_ACME_EAB_HMAC_FILE."`
	ACMEDNSCommand string   `setting:"GATEHOUSE_ACME_DNS_COMMAND" name:"acme-dns-command" placeholder:"PATH" help:"A program that makes DNS records for dns-01: PATH present NAME VALUE, PATH cleanup NAME VALUE. Left out, http-01 is used, and names must lead to this server on port 80."`
}

// webhookSettings say which addresses webhooks may call.
type webhookSettings struct {
	WebhookAllowPrivate bool `setting:"GATEHOUSE_WEBHOOK_ALLOW_PRIVATE" name:"webhook-allow-private" negatable:"" default:"false" help:"Let webhooks call addresses of private networks and of this machine, and http; those of the local link are never called. Whoever may manage webhooks can then reach what this server can. dev always does."`
}

// callerSettings say who calls, where that is not the other end of the connection,
// and how often somebody may who shows no token, and who does. Each server counts by
// itself.
type callerSettings struct {
	LimitCalls      int      `setting:"GATEHOUSE_LIMIT_CALLS" name:"limit-calls" default:"1200" help:"Calls per minute and subject, counted by each server for itself; twice as many after a quiet minute."`
	LimitCallCost   int      `setting:"GATEHOUSE_LIMIT_CALL_COST" name:"limit-call-cost" default:"300000" help:"What those calls may cost together, counted in the same way."`
	LimitAnonymous  int      `setting:"GATEHOUSE_LIMIT_ANONYMOUS" name:"limit-anonymous" default:"60" help:"Calls without a login per minute and address (of IPv6, per /64 network), counted by each server for itself."`
	LimitRevocation int      `setting:"GATEHOUSE_LIMIT_REVOCATION" name:"limit-revocation" default:"6000" help:"Requests for /crl/, /ocsp and /ca/ per minute and address, counted in the same way. Whole networks ask from one address."`
	TrustedProxies  []string `setting:"GATEHOUSE_TRUSTED_PROXIES" name:"trusted-proxies" placeholder:"CIDR" help:"Addresses or networks of your own proxies, such as 10.0.0.0/8. X-Forwarded-For is believed from these alone."`
}

// streamSettings say how much is streamed at once.
type streamSettings struct {
	LimitStreams             int `setting:"GATEHOUSE_LIMIT_STREAMS" name:"limit-streams" default:"20000" help:"Websockets and event streams that one server has open."`
	LimitCallerStreams       int `setting:"GATEHOUSE_LIMIT_CALLER_STREAMS" name:"limit-caller-streams" default:"1000" help:"Those of one subject."`
	LimitCallerSubscriptions int `setting:"GATEHOUSE_LIMIT_CALLER_SUBSCRIPTIONS" name:"limit-caller-subscriptions" default:"2000" help:"Subscriptions of one subject that go on, on all its streams."`
	LimitSubscriptions       int `setting:"GATEHOUSE_LIMIT_SUBSCRIPTIONS" name:"limit-subscriptions" default:"100" help:"Operations that go on on one websocket."`
}

// limitSettings are the limits that a request passes before anything walks its
// document a second time; door.Limits says what each one counts. Their defaults
// equal door.DefaultLimits, and a test holds them to it.
type limitSettings struct {
	BodyBytes   int64 `setting:"GATEHOUSE_LIMIT_BODY_BYTES" name:"limit-body-bytes" default:"1048576" help:"Bytes of a request's body."`
	Tokens      int   `setting:"GATEHOUSE_LIMIT_TOKENS" name:"limit-tokens" default:"5000" help:"Lexical tokens of a document."`
	Depth       int   `setting:"GATEHOUSE_LIMIT_DEPTH" name:"limit-depth" default:"15" help:"Levels of nested fields."`
	Fields      int   `setting:"GATEHOUSE_LIMIT_FIELDS" name:"limit-fields" default:"1000" help:"Fields of an operation, counted as often as fragments repeat them."`
	RootFields  int   `setting:"GATEHOUSE_LIMIT_ROOT_FIELDS" name:"limit-root-fields" default:"20" help:"Root fields of an operation."`
	Aliases     int   `setting:"GATEHOUSE_LIMIT_ALIASES" name:"limit-aliases" default:"30" help:"Aliases in a document."`
	Fragments   int   `setting:"GATEHOUSE_LIMIT_FRAGMENTS" name:"limit-fragments" default:"50" help:"Fragments and fragment spreads in a document."`
	Directives  int   `setting:"GATEHOUSE_LIMIT_DIRECTIVES" name:"limit-directives" default:"50" help:"Directives in a document."`
	Operations  int   `setting:"GATEHOUSE_LIMIT_OPERATIONS" name:"limit-operations" default:"20" help:"Operations in a document."`
	Variables   int   `setting:"GATEHOUSE_LIMIT_VARIABLES" name:"limit-variables" default:"100" help:"Variables that a document defines."`
	ListItems   int   `setting:"GATEHOUSE_LIMIT_LIST_ITEMS" name:"limit-list-items" default:"1000" help:"Items of one list, in the document or the variables."`
	ValueDepth  int   `setting:"GATEHOUSE_LIMIT_VALUE_DEPTH" name:"limit-value-depth" default:"10" help:"Levels of nested lists and objects in a value."`
	Mutations   int   `setting:"GATEHOUSE_LIMIT_MUTATIONS" name:"limit-mutations" default:"10" help:"Mutations in a request, redeemEnrollment left aside."`
	Redemptions int   `setting:"GATEHOUSE_LIMIT_REDEMPTIONS" name:"limit-redemptions" default:"1" help:"redeemEnrollment mutations in a request."`
	Cost        int   `setting:"GATEHOUSE_LIMIT_COST" name:"limit-cost" default:"10000" help:"What an operation may cost, with the sizes of its lists multiplied in; every answer tells it in extensions.cost (docs/api.md)."`
}

// door is the limits as the door takes them.
func (l limitSettings) door() door.Limits { return door.Limits(l) }
