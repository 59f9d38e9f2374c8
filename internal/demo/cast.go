package demo

import (
	"fmt"

	"github.com/graph-olap/opsconsole/ops"
)

// analysts is how many synthetic analysts there are.
const analysts = 36

func analystName(i int) string { return fmt.Sprintf("analyst-%02d", i+1) }

func analystNames() []string {
	names := make([]string, analysts)
	for i := range names {
		names[i] = analystName(i)
	}

	return names
}

// caller is who the analyst is for the control plane.
func caller(username string) ops.Caller {
	return ops.Caller{Username: username, Email: email(username), Role: ops.RoleAnalyst}
}

func email(username string) string { return username + "@example.com" }

// subject is what a mapping is about: its tables as a graph.
type subject struct {
	name, slug, description string
	catalog                 string
	nodes                   []node
	edges                   []edge
	// rows is about how many rows the largest node has.
	rows int64
}

type node struct{ label, table, key string }

type edge struct{ kind, table, from, to string }

// subjects lists the mappings; the one at index i belongs to analyst i.
func subjects() []subject {
	return []subject{
		{
			"Fraud rings", "fraud-rings", "Accounts, devices and cards that share more than they should", "payments",
			[]node{{"Account", "accounts", "account_id"}, {"Device", "devices", "device_id"}, {"Card", "cards", "card_id"}},
			[]edge{{"USES", "account_devices", "account_id", "device_id"}, {"PAYS_WITH", "account_cards", "account_id", "card_id"}},
			4_200_000,
		},
		{
			"Supply chain", "supply-chain", "Who delivers what to whom, four tiers deep", "logistics",
			[]node{{"Supplier", "suppliers", "supplier_id"}, {"Part", "parts", "part_id"}, {"Plant", "plants", "plant_id"}},
			[]edge{{"SUPPLIES", "deliveries", "supplier_id", "part_id"}, {"BUILT_AT", "bills_of_material", "part_id", "plant_id"}},
			860_000,
		},
		{
			"Customer 360", "customer-360", "Customers, households, contracts and contacts", "crm",
			[]node{{"Customer", "customers", "customer_id"}, {"Household", "households", "household_id"}, {"Contract", "contracts", "id"}},
			[]edge{{"LIVES_IN", "members", "customer_id", "household_id"}, {"SIGNED", "parties", "customer_id", "id"}},
			6_500_000,
		},
		{
			"Beneficial ownership", "ownership", "Companies and who controls them in the end", "registry",
			[]node{{"Company", "companies", "company_id"}, {"Person", "persons", "person_id"}},
			[]edge{{"OWNS", "shareholdings", "person_id", "company_id"}, {"DIRECTS", "directorships", "person_id", "company_id"}},
			2_300_000,
		},
		{
			"Network topology", "network", "Sites, routers and links, with what depends on them", "telemetry",
			[]node{{"Site", "sites", "site_id"}, {"Router", "routers", "router_id"}},
			[]edge{{"HOSTS", "site_routers", "site_id", "router_id"}, {"LINKS_TO", "links", "router_a", "router_b"}},
			310_000,
		},
		{
			"Drug interactions", "interactions", "Substances, targets and reported effects", "research",
			[]node{{"Substance", "substances", "substance_id"}, {"Target", "targets", "target_id"}, {"Effect", "effects", "effect_id"}},
			[]edge{{"BINDS", "bindings", "substance_id", "target_id"}, {"CAUSES", "reports", "substance_id", "effect_id"}},
			540_000,
		},
		{
			"Money flows", "money-flows", "Transfers between accounts over 90 days", "payments",
			[]node{{"Account", "accounts", "account_id"}, {"Bank", "banks", "bic"}},
			[]edge{{"TRANSFERS", "transfers", "from_account", "to_account"}, {"HELD_AT", "account_banks", "account_id", "bic"}},
			9_100_000,
		},
		{
			"Product recommendations", "recommendations", "Baskets, products and categories", "shop",
			[]node{{"Customer", "customers", "customer_id"}, {"Product", "products", "sku"}, {"Category", "categories", "category_id"}},
			[]edge{{"BOUGHT", "order_lines", "customer_id", "sku"}, {"IN", "product_categories", "sku", "category_id"}},
			3_700_000,
		},
		{
			"Access rights", "access-rights", "Who may do what through which groups", "identity",
			[]node{{"User", "users", "user_id"}, {"Group", "groups", "group_id"}, {"Resource", "resources", "resource_id"}},
			[]edge{{"MEMBER_OF", "memberships", "user_id", "group_id"}, {"GRANTS", "grants", "group_id", "resource_id"}},
			190_000,
		},
		{
			"Claims network", "claims", "Claims, garages, doctors and policy holders", "insurance",
			[]node{{"Claim", "claims", "claim_id"}, {"Holder", "policy_holders", "holder_id"}, {"Provider", "providers", "provider_id"}},
			[]edge{{"FILED", "claim_holders", "holder_id", "claim_id"}, {"BILLED", "invoices", "provider_id", "claim_id"}},
			1_400_000,
		},
		{
			"Data lineage", "lineage", "Which tables feed which reports", "metadata",
			[]node{{"Dataset", "datasets", "dataset_id"}, {"Report", "reports", "report_id"}},
			[]edge{{"FEEDS", "lineage_edges", "from_dataset", "to_dataset"}, {"SHOWN_IN", "report_sources", "dataset_id", "report_id"}},
			75_000,
		},
		{
			"Citations", "citations", "Papers, authors and who cites whom", "research",
			[]node{{"Paper", "papers", "doi"}, {"Author", "authors", "orcid"}},
			[]edge{{"CITES", "citations", "citing_doi", "cited_doi"}, {"WROTE", "authorships", "orcid", "doi"}},
			5_200_000,
		},
	}
}
