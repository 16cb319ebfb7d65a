"""The data model, on one page. Migrations follow it; nothing here does anything."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from app.utc import Utc as Utc  # noqa: PLC0414 (the first nine migrations have it from here)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

studio_account = Table(
    "studio_account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", String(255), nullable=False, unique=True, doc="origin of its Studio"),
    Column("client_id", String(255), doc="of our OAuth client there"),
    Column("client_secret", LargeBinary, doc="encrypted"),
    Column("access_token", LargeBinary, doc="encrypted"),
    Column("refresh_token", LargeBinary, doc="encrypted; each refresh brings another"),
    Column("access_expires_at", Utc, doc="as Studio said; none where it did not"),
    Column("environment", String(64), doc="fingerprint of the tokens that the environment gave"),
    Column("connected_at", Utc, doc="when it was last given tokens, not counting refreshes"),
    Column("disconnected_at", Utc, doc="when Studio refused them, or an admin had them forgotten"),
    Column("home_issuer", String(255), doc="of the platform whose people it knows by e-mail"),
    Column("home_client_id", String(255), doc="of that platform: schools share an issuer"),
    Column("launch_mode", String(16), nullable=False, server_default="canvas"),
    Column("lti_key", String(255), doc="lti11: our consumer key there"),
    Column("lti_secret", LargeBinary, doc="lti11: that key's secret, encrypted"),
    Column(
        "lti_client_id",
        String(255),
        index=True,
        unique=True,
        doc="lti13: what we call it, our tool",
    ),
    Column("lti_deployment_id", String(255), doc="lti13: the deployment of that tool"),
    Column("lti_login_url", Text, doc="lti13: its login initiation URL"),
    Column("lti_redirect_uris", Text, doc="lti13: where id_tokens may be posted, a line each"),
)

studio_connection = Table(
    "studio_connection",
    metadata,
    Column("account_id", ForeignKey("studio_account.id", ondelete="CASCADE"), primary_key=True),
    Column("link_hash", String(64), unique=True, doc="of the link's secret; none once it is used"),
    Column("browser_hash", String(64), unique=True, doc="of the cookie of whoever used the link"),
    Column("expires_at", Utc, nullable=False, doc="of the link, then of the browser's cookie"),
)

studio_pace = Table(
    "studio_pace",
    metadata,
    Column("account_id", ForeignKey("studio_account.id", ondelete="CASCADE"), primary_key=True),
    Column("next_slot_us", BigInteger, nullable=False, doc="microseconds since 1970"),
    Column("held_until_us", BigInteger, doc="until when Studio's last 429 asked to be left alone"),
    Column("failures", Integer, nullable=False, doc="of calls, one after the other"),
    Column("open_until", Utc, doc="set while the circuit is open; over: one call may try"),
)

platform = Table(
    "platform",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issuer", String(255), nullable=False),
    Column("client_id", String(255), nullable=False),
    Column("auth_login_url", Text, nullable=False, doc="OIDC authorization endpoint"),
    Column("auth_token_url", Text, doc="OAuth 2 token endpoint; no launch needs it"),
    Column("auth_audience", Text, doc="audience for that endpoint, where it is another"),
    Column("key_set_url", Text, nullable=False),
    Column("any_deployment", Boolean, nullable=False, doc="accept and record every deployment"),
    Column("created_at", Utc, nullable=False),
    Column("account_id", ForeignKey("studio_account.id"), doc="none: the default account's"),
    UniqueConstraint("issuer", "client_id"),
    sqlite_autoincrement=True,  # strangers are named after its id, so none is used again
)

deployment = Table(
    "deployment",
    metadata,
    Column("platform_id", ForeignKey("platform.id", ondelete="CASCADE"), primary_key=True),
    Column("deployment_id", String(255), primary_key=True),
    Column("recorded_at", Utc, doc="set where a launch brought it, not an admin"),
)

invite = Table(
    "invite",
    metadata,
    Column("hash", String(64), primary_key=True, doc="of the secret in the link"),
    Column("issuer", String(255), doc="of the only platform that may register with it"),
    Column("expires_at", Utc, nullable=False),
)

key_set = Table(
    "key_set",
    metadata,
    Column("url", String(2000), primary_key=True),
    Column("keys", Text, doc="JSON, as the platform answered; none until it does"),
    Column("fetched_at", Utc, doc="when the platform last gave usable keys"),
    Column("tried_at", Utc, doc="when it was last asked, whatever came of it"),
)

used_nonce = Table(
    "used_nonce",
    metadata,
    Column("nonce", LargeBinary, primary_key=True, doc="begins with the second of its login"),
    sqlite_with_rowid=False,  # one tree, in which each launch is the last leaf
)

pending_launch = Table(
    "pending_launch",
    metadata,
    Column("hash", String(64), primary_key=True, doc="of the name that its holder was given"),
    Column("content", LargeBinary, nullable=False, doc="encrypted: it names a person"),
    Column("expires_at", Utc, nullable=False, index=True),
)

page_session = Table(
    "page_session",
    metadata,
    Column("hash", String(64), primary_key=True, doc="of the token that the page was given"),
    Column("content", LargeBinary, nullable=False, doc="encrypted: it names a person"),
    Column("expires_at", Utc, nullable=False, index=True),
    Column("used_at", Utc, nullable=False, index=True, doc="right within a minute"),
)

signing_key = Table(
    "signing_key",
    metadata,
    Column("kid", String(64), primary_key=True, doc="RFC 7638 thumbprint"),
    Column("private_pem", LargeBinary, nullable=False, doc="encrypted"),
    Column("public_jwk", Text, nullable=False, doc="JSON"),
    Column("created_at", Utc, nullable=False),
    Column("signs_from", Utc, nullable=False, doc="published before, so that caches know it"),
    Column("retires_at", Utc, doc="no longer published from then on"),
)

mark_key = Table(
    "mark_key",
    metadata,
    Column("id", Integer, primary_key=True, doc="always 1"),
    Column("key", LargeBinary, nullable=False, doc="in the clear: links outlive every SECRET_KEY"),
)

course = Table(
    "course",
    metadata,
    Column("platform_id", ForeignKey("platform.id", ondelete="CASCADE"), primary_key=True),
    Column("context_id", String(255), primary_key=True),
    Column("course_id", BigInteger, nullable=False, doc="the integer that Studio wants"),
    Column("pinned_by", String(16), nullable=False, doc="admin, placement or instructor"),
    Column("pinned_at", Utc, nullable=False),
)

embed = Table(
    "embed",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", ForeignKey("studio_account.id"), nullable=False),
    Column("media_id", BigInteger, nullable=False),
    Column("course_id", BigInteger, nullable=False),
    Column("embed_type", String(16), nullable=False),
    Column("downloadable", Boolean, nullable=False),
    Column("title", Text, doc="Studio's, or that of the item that it was made for"),
    Column("launch_url", Text, doc="as Studio returned it; none while it is being made"),
    Column("created_at", Utc, nullable=False),
    Column("made_at", Utc, doc="when Studio returned the launch URL"),
    Column("uncertain", Boolean, nullable=False, doc="Studio may have made it unheard"),
    Column("failure", Text, doc="JSON of the fields of the last attempt's error"),
    Column("failed_at", Utc),
    Column("made_by", String(16), doc="picker, launch, api, command, batch, repair; or none"),
    UniqueConstraint("account_id", "media_id", "course_id", "embed_type", "downloadable"),
    sqlite_autoincrement=True,  # programs keep its id, so none is used again
)

media_fact = Table(
    "media_fact",
    metadata,
    Column("account_id", ForeignKey("studio_account.id", ondelete="CASCADE"), primary_key=True),
    Column("media_id", BigInteger, primary_key=True),
    Column("facts", Text, nullable=False, doc="JSON: what Studio said of it, when last asked"),
    Column("asked_at", Utc, nullable=False, index=True),
)

picker_choice = Table(
    "picker_choice",
    metadata,
    Column("account_id", ForeignKey("studio_account.id", ondelete="CASCADE"), primary_key=True),
    Column("course_id", BigInteger, primary_key=True),
    Column("choice", Text, nullable=False, doc="JSON: how the last media was put in there"),
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", String(8), primary_key=True, doc="random, and a part of the key"),
    Column("account_id", ForeignKey("studio_account.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(255), nullable=False, doc="for people: who uses it"),
    Column("hash", String(64), nullable=False, unique=True, doc="SHA-256 of the whole key"),
    Column("scopes", Text, nullable=False, doc="with a space between"),
    Column("created_at", Utc, nullable=False),
    Column("last_used_at", Utc, doc="right within a minute"),
    Column("revoked_at", Utc),
)

returned_embed = Table(
    "returned_embed",
    metadata,
    Column("account_id", ForeignKey("studio_account.id", ondelete="CASCADE"), primary_key=True),
    Column("media_id", BigInteger, primary_key=True),
    Column("embed_type", String(16), primary_key=True),
    Column("downloadable", Boolean, primary_key=True),
)

batch = Table(
    "batch",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", ForeignKey("studio_account.id", ondelete="CASCADE"), nullable=False),
    Column("api_key_id", ForeignKey("api_key.id"), doc="who began it; none: a command"),
    Column("name", String(255), doc="for people: the file that it came from"),
    Column("status", String(16), nullable=False, doc="filling, queued, running, done, cancelled"),
    Column("total", Integer, nullable=False, doc="of its items; 0 while they are being written"),
    Column("left_out", Integer, nullable=False, doc="faults of its plan that were passed over"),
    Column("created_at", Utc, nullable=False),
    Column("started_at", Utc, doc="when its first item was taken in hand"),
    Column("finished_at", Utc, doc="when nothing of it was pending any more"),
    Column("trouble", Text, doc="JSON of the fields of the error that holds all of it up"),
    Column("resumes_at", Utc, doc="it is left alone until then"),
    Index(None, "account_id", "status"),
    sqlite_autoincrement=True,  # programs keep its id, so none is used again
)

batch_item = Table(
    "batch_item",
    metadata,
    Column("batch_id", ForeignKey("batch.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False, doc="from 1, in order"),
    Column("media_id", BigInteger, nullable=False),
    Column("course_id", BigInteger, nullable=False),
    Column("embed_type", String(16), nullable=False),
    Column("downloadable", Boolean, nullable=False),
    Column("title", Text, doc="of its own; none: the embed's"),
    Column("start_at", Integer, doc="seconds"),
    Column("more", Text, doc="JSON of the free columns; none where there are none"),
    Column("status", String(16), nullable=False, doc="pending, succeeded, failed, cancelled"),
    Column("due_at", Utc, nullable=False, doc="while it is pending: nobody tries it before"),
    Column("tries", Integer, nullable=False, doc="that failed, and may go better next time"),
    Column("embed_id", Integer, doc="when it succeeded; made again since, it has another"),
    Column("made", Boolean, doc="whether the embed was made for it, or was there already"),
    Column("failure", Text, doc="JSON of the fields of the last try's error"),
    Column("done_at", Utc, doc="when it succeeded or failed"),
    Index(None, "batch_id", "status", "due_at", "number"),
    Index(None, "batch_id", "done_at"),
    Index(None, "batch_id", "made"),
)

idempotency_key = Table(
    "idempotency_key",
    metadata,
    Column("hash", String(64), primary_key=True, doc="of account, API key and the key itself"),
    Column("body_hash", String(64), nullable=False, doc="of what was sent with it"),
    Column("batch_id", ForeignKey("batch.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Utc, nullable=False, index=True, doc="it is kept for a week"),
)

revision = Table(
    "revision",
    metadata,
    Column("id", Integer, primary_key=True, doc="always 1"),
    Column("number", BigInteger, nullable=False, doc="of changes to what launches look up"),
)

lock = Table(
    "lock",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("holder", String(32), nullable=False),
    Column("expires_at", Utc, nullable=False),
)
