//! Every answer, as it looks.

use serde_json::Value;

use crate::app::{App, Got};
use crate::contract::conforms;

struct Shapes {
    app: App,
    schemas: Value,
}

impl Shapes {
    async fn get(&self, schema: &str, path: &str) -> Got {
        self.check(schema, self.app.get(path).await)
    }

    async fn post(&self, schema: &str, path: &str, body: &str) -> Got {
        self.check(schema, self.app.form(path, body).await)
    }

    fn check(&self, schema: &str, got: Got) -> Got {
        conforms(&self.schemas, schema, &got.body);
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!(schema, serde_json::to_string_pretty(&got.body).unwrap());
        });
        got
    }
}

#[tokio::test]
async fn shapes() {
    let schemas = api::openapi_document()["components"]["schemas"].clone();
    let shapes = Shapes { app: App::new().await, schemas };
    let item = "reference=o-1&date=2026-05-02&customer=cus_1&metadata[order]=17";
    let number = shapes.post("number", "/v1/numbers", item).await;
    let id = number.str("/id").to_owned();
    shapes.get("why", &format!("/v1/numbers/{id}/why")).await;
    shapes.get("number_list", "/v1/numbers").await;
    shapes.post("series", "/v1/series", "name=shop&pattern=S-{year}-{seq:4}").await;
    shapes.get("series_list", "/v1/series?limit=1").await;
    shapes.get("preview", "/v1/series/shop/preview?count=2").await;
    let batch = "items[0][date]=2026-05-03&items[1][reference]=o-1";
    shapes.post("previewed_list", "/v1/numbers/batch/preview", batch).await;
    shapes.post("sequence", "/v1/series/shop/advance", "next=5&reason=lost+book").await;
    let gap = shapes.get("gap_list", "/v1/gaps").await;
    let gap = gap.str("/data/0/id").to_owned();
    shapes.post("gap", &format!("/v1/gaps/{gap}/explain"), "explanation=Lost.").await;
    shapes.get("settings", "/v1/numbering/settings").await;
    let example = "number=INV/2024/03/0007&date=2024-03-01&for=2024-04-01";
    shapes.post("pattern_inference", "/v1/patterns/infer", example).await;
    shapes.post("pattern_check", "/v1/patterns/check", "pattern=X/{year}/{seq:3").await;
    shapes.post("locks", "/v1/locks", "lock_date=2026-04-30").await;
    shapes.get("trail_list", "/v1/trail?limit=1").await;
    shapes.get("trail_verification", "/v1/trail/verify").await;
    shapes.get("health", "/healthz").await;
    shapes.post("error", "/v1/numbers", "date=2026-04-30").await;
}
