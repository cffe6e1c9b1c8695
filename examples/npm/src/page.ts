// The page's own code, where a script tag is not enough. A bundler takes it from here.
import { start, type Item, type Shop } from "tanish";

/** Starts Tanish once the page wants it; importing this file does nothing. */
export async function personalise(product: string): Promise<Item[]> {
  const shop: Shop = await start({ site: "/tanish/site.json" });
  await shop.track("Product Viewed", { product_id: product });
  const { items } = await shop.recommend({ kind: "bought-together", product, limit: 4 });
  return items;
}

/** The visitor signed in. */
export async function signIn(shop: Shop, customer: string, email: string): Promise<number> {
  await shop.identify(customer, { email });
  return shop.visitor().orders;
}
