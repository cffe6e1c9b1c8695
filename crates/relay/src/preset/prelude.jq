# What every preset may use. The input of a program is its scope: .event, .contact, .fields, .config, .items,
# .answers, .id, .now (see docs/destinations.md).

def IN(xs): . as $x | any(xs; . == $x);
# The value as text without the space around it; null where there is none.
def clean: if . == null or type == "object" or type == "array" then null
  else tostring | gsub("^\\s+|\\s+$"; "") | if . == "" then null end end;
# Without the fields that have no value.
def compact: with_entries(select(.value != null));
def digits: clean | if . then gsub("[^0-9]"; "") | if . == "" then null end end;
def limit_text($n): if . == null then null else tostring | .[0:$n] end;

# Whom an event is about, from what the event says and what the relay knows (.customer).
def contact:
  ((.customer.traits // {}) + (.event.context.traits // {})
    + (if .event.type == "identify" then .event.traits // {} else {} end)) as $t
  | (.event.properties // {}) as $p
  | ($t.email // .customer.email // $p.email | clean) as $email
  | ($t.phone // .customer.phone // $p.phone | clean) as $phone
  | ($t.name | clean) as $name
  | ($t.first_name // $t.firstName | clean) as $first
  | ($t.last_name // $t.lastName | clean) as $last
  | { id: (.event.userId // .customer.id | clean),
      visitor: (.event.anonymousId | clean),
      email: (if $email then $email | ascii_downcase else null end),
      phone: (if $phone then (if $phone[0:1] == "+" then "+" else "" end) + ($phone | digits // "") else null end),
      first_name: ($first // (if $name then $name / " " | .[0] else null end)),
      last_name: ($last // (if $name then $name / " " | .[1:] | join(" ") | clean else null end)),
      name: ($name // ([$first, $last] | map(values) | join(" ") | clean)),
      company: ($t.company | if type == "object" then .name else . end | clean),
      birthday: ($t.birthday | clean),
      city: ($t.city // ($t.address | if type == "object" then .city else null end) | clean),
      country: ($t.country // ($t.address | if type == "object" then .country else null end) | clean),
      language: ($t.language // .event.context.locale | clean),
      traits: $t }
  | .key = (.id // .visitor)
  | .label = (.name // .email // .phone // .key);

# The family name some CRMs insist on.
def family: .contact | .last_name // .first_name // .email // .phone // .key;

# What happened, in a line: for titles of notes and activities.
def product: [(.name // .title // .product_id // .sku | clean),
  (if (.name // .title) and (.product_id // .sku) then "(\(.product_id // .sku))" else null end)]
  | map(values) | join(" ") | clean;
def money: if (.revenue // .total // .value // .price) == null then null
  else [(.revenue // .total // .value // .price | tostring), (.currency | clean)] | map(values) | join(" ") end;
def subject:
  .event as $e | ($e.properties // {}) as $p
  | ($e.event // $e.name // $e.type) as $what
  | if $e.type == "page" or $e.type == "screen" then "Page Viewed: \($e.name // $p.title // $p.path // $p.url // "")"
    elif $what == "Order Completed" or $what == "Order Refunded" or $what == "Order Cancelled" then
      [$what, ($p.order_id | clean)] | map(values) | join(": ")
    elif $p.promotion_id // $p.offer then "\($what): \($p.promotion_id // $p.offer)"
    elif $p.question // $p.survey_id then "\($what): \($p.question // $p.survey_id)"
    elif ($p.purpose // $p.channel) then "\($what): \($p.purpose // $p.channel)"
    else [$what, ($p | product)] | map(values) | join(": ") end
  | limit_text(250);
# The mark that tells our record of an event from all others: what search-before-create looks for.
def mark: "tanish:\(.event.messageId)";
# What happened, in full, ending with the mark.
def details:
  .event as $e | ($e.properties // $e.traits // {}) as $p
  | [ subject,
      (if ($p | money) then "Value: \($p | money)" else null end),
      ($p.products | if type == "array" then .[0:50][] | "- \(product // "?")\(if .quantity then " x \(.quantity)" else "" end)" else empty end),
      ($p | to_entries[] | select(.key | IN("products", "revenue", "total", "value", "price", "currency") | not)
        | select(.value | type | IN("string", "number", "boolean")) | "\(.key): \(.value)"),
      "At: \($e.timestamp)",
      mark ]
  | map(values) | join("\n") | limit_text(20000);
# Whether the event has one of these names.
def named(xs): .event.type == "track" and (.event.event | IN(xs));
# The time of the event, to the second, in UTC.
def at: .event.timestamp | sub("\\.[0-9]+"; "") | fromdate | todate;
def at_seconds: at | fromdate;
def at_date: at | .[0:10];
# Only the entries that are plain, as text: for CRMs whose properties are strings.
def plain_text: with_entries(select(.value | type | IN("string", "number", "boolean")) | .value |= tostring);
# Turns "Product Viewed" into "product_viewed".
def snake: ascii_downcase | gsub("[^a-z0-9]+"; "_") | gsub("^_|_$"; "");
