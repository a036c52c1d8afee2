//! Generates client and server of the service from its description here; no `protoc` is needed.

use tonic_build::manual::{Builder, Method, Service};

fn main() {
    let method = |name, route: &str| {
        let method = Method::builder().name(name).route_name(route);
        let method = method.input_type("crate::Number").output_type("crate::Number");
        method.codec_path("tonic_prost::ProstCodec")
    };
    let service = Service::builder()
        .name("Sums")
        .package("dropin")
        .method(method("square", "Square").build())
        .method(method("count_to", "CountTo").server_streaming().build())
        .method(method("sum", "Sum").client_streaming().server_streaming().build())
        .build();
    Builder::new().compile(&[service]);
}
