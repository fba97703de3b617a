//! The widget's files and the pictures: for any page, compressed when the caller takes it, nothing outside the folder.

use axum::http::StatusCode;

use crate::support::TestApp;

#[tokio::test]
async fn files_are_for_any_origin_and_compressed_when_the_caller_takes_it() {
    let app = TestApp::sqlite().await;
    let folder = app.folder.path().join("embed/0.1.0");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("belofte.js"), "plain").unwrap();
    std::fs::write(folder.join("belofte.js.br"), "brotli").unwrap();
    std::fs::write(folder.join("belofte.js.gz"), "gzip").unwrap();
    std::fs::write(folder.join("belofte-1.wasm"), "wasm").unwrap();
    let encoded = async |accept: &str| {
        let reply = app.get_with("/embed/0.1.0/belofte.js", &[("accept-encoding", accept)]).await;
        format!("{} {} {}", reply.text(), reply.header("content-encoding"), reply.header("content-type"))
    };
    assert_eq!(encoded("br, gzip").await, "brotli br text/javascript");
    assert_eq!(encoded("gzip").await, "gzip gzip text/javascript");
    assert_eq!(encoded("identity").await, "plain  text/javascript");
    let wasm = app.get_with("/embed/0.1.0/belofte-1.wasm", &[("origin", "https://any.example")]).await;
    assert_eq!(wasm.header("content-type"), "application/wasm");
    assert_eq!(wasm.header("access-control-allow-origin"), "*");
    assert_eq!(wasm.header("cross-origin-resource-policy"), "cross-origin");
}

#[tokio::test]
async fn nothing_outside_the_folder_is_served() {
    let app = TestApp::sqlite().await;
    std::fs::create_dir_all(app.folder.path().join("embed")).unwrap();
    for path in [
        "/embed/../secret",
        "/embed/%2e%2e/secret",
        "/embed/..%2fsecret",
        "/embed/",
        "/media/..%2fsecret",
        "/media/x.svg",
    ] {
        assert_eq!(app.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_picture_runs_nothing() {
    let app = TestApp::sqlite().await;
    let picture = app.get("/media/sanne.svg").await;
    assert_eq!((picture.status, picture.header("content-type")), (StatusCode::OK, "image/svg+xml"));
    assert!(picture.header("content-security-policy").contains("sandbox"));
}
