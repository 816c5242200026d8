//! Compiles the shim as a program that stands alone: static, without the standard library and the C library.
//!
//! It cannot be an ordinary target. A program without the standard library has to be compiled with
//! `panic = "abort"`, which cargo knows for a whole build only, and the supervisor needs its threads to end one
//! by one. So `src/shim.rs` is compiled here, as a library, and linked in whole into the target `tollgate-shim`,
//! which is empty then. The standard library is on that command line; nothing refers to it, and it goes.
//!
//! Where any step fails, `tollgate-shim` is an ordinary program instead; `tollgate doctor` tells which it is.

use crate::elf::Linkage;
use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// What the shim is made of.
const SOURCES: &[&str] = &[
    "build.rs",
    "build",
    "src/bin/tollgate-shim.rs",
    "src/door/shim/client",
    "src/door/shim/names.rs",
    "src/model/escape.rs",
    "src/model/exit.rs",
    "src/shim.rs",
    "src/sys/alone.rs",
    "src/sys/bare",
    "src/sys/elf.rs",
];
/// `dynamic` takes the ordinary program; for tests, and for those who build packages.
const CHOICE: &str = "TOLLGATE_BUILD_SHIM";
/// The libraries that the standard library asks for, behind which nothing may stand.
const LIBRARIES: &[&str] = &["gcc_s", "c", "m", "rt", "pthread", "util", "dl"];

/// Compiles it and tells cargo how to link it.
pub(crate) fn build(out: &Path) -> Result<(), Box<dyn Error>> {
    println!("cargo::rustc-check-cfg=cfg(static_shim)");
    println!("cargo::rerun-if-env-changed={CHOICE}");
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    if env::var_os(CHOICE).is_some_and(|choice| choice == "dynamic") || !is_known_target() {
        return Ok(());
    }
    match compile(out) {
        Ok(arguments) => {
            println!("cargo::rustc-cfg=static_shim");
            for argument in arguments {
                println!("cargo::rustc-link-arg-bin=tollgate-shim={argument}");
            }
        }
        Err(error) => {
            let line = error.to_string().replace('\n', " ");
            println!("cargo::warning=tollgate-shim will be linked dynamically: {line}");
        }
    }
    Ok(())
}

/// Elsewhere the machine code is missing, or the C library is linked in anyway (musl, crt-static).
fn is_known_target() -> bool {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let features = env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
    is("CARGO_CFG_TARGET_ARCH", "x86_64")
        && is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ENV", "gnu")
        && !features.split(',').any(|feature| feature == "crt-static")
}

/// Returns the arguments for the linker.
fn compile(out: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let out = out.join("shim");
    fs::create_dir_all(&out)?;
    let (archive, probe) = (out.join("libtollgate_shim.a"), out.join("probe"));

    let alone = ["-Cpanic=abort", "-Copt-level=s", "-Clto=fat", "-Ccodegen-units=1", "-Crelocation-model=static"];
    rustc("src/shim.rs", &archive, alone.iter().chain(&["--crate-type=staticlib"]).copied(), &[])?;
    // Once by itself, because below a missing function would go unnoticed.
    let strict = ["-nostartfiles", "-nostdlib", "-static", "-no-pie"].map(|flag| format!("-Clink-arg={flag}"));
    rustc("src/shim.rs", &probe, alone.into_iter().chain(strict.iter().map(String::as_str)), &linker())?;

    // Empty linker scripts in the place of the libraries.
    for library in LIBRARIES {
        fs::write(out.join(format!("lib{library}.so")), "/* Nothing: the shim stands alone. */\n")?;
    }
    let text = |path: &Path| path.to_str().map(str::to_owned).ok_or("the build folder's name is not UTF-8");
    let mut arguments = vec![text(&archive)?, format!("-L{}", text(&out)?)];
    arguments.extend(
        [
            "-nostartfiles",
            "-no-pie",
            "-Wl,-u,_start",
            "-Wl,--no-dynamic-linker",
            // Of the standard library's own, which is removed.
            "-Wl,--unresolved-symbols=ignore-all",
            "-Wl,--gc-sections",
            "-Wl,--build-id=none",
            "-Wl,-s",
        ]
        .map(str::to_owned),
    );
    // GNU ld removes all of the standard library, lld leaves some 300 KB of it.
    let with_gnu = arguments.iter().cloned().chain(["-fuse-ld=bfd".to_owned()]).collect();
    link(&probe, with_gnu).or_else(|_| link(&probe, arguments))
}

/// Links as cargo will, and looks at what comes out.
fn link(probe: &Path, arguments: Vec<String>) -> Result<Vec<String>, Box<dyn Error>> {
    let flags: Vec<String> = arguments.iter().map(|argument| format!("-Clink-arg={argument}")).collect();
    let flags = flags.iter().map(String::as_str).chain(["--cfg=static_shim"]);
    let mut own = linker();
    let given = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    own.extend(given.split('\x1f').filter(|flag| !flag.is_empty()).map(OsString::from));
    rustc("src/bin/tollgate-shim.rs", probe, flags, &own)?;
    match Linkage::of(probe)? {
        Linkage::Static => {}
        Linkage::Dynamic => return Err("it came out with a loader".into()),
    }
    // Not where it is built for another machine.
    if env::var_os("HOST") == env::var_os("TARGET") {
        #[expect(clippy::disallowed_methods, reason = "the rule is for what runs in a session")]
        let ran = Command::new(probe).env_clear().output()?;
        if ran.status.code() != Some(125) || !ran.stderr.starts_with(b"tollgate: ") {
            return Err(format!("it does not run ({})", ran.status).into());
        }
    }
    Ok(arguments)
}

/// The linker that cargo was told to use.
fn linker() -> Vec<OsString> {
    env::var_os("RUSTC_LINKER").map_or_else(Vec::new, |linker| {
        let mut flag = OsString::from("-Clinker=");
        flag.push(linker);
        vec![flag]
    })
}

fn rustc<'a>(
    source: &str,
    output: &Path,
    flags: impl Iterator<Item = &'a str>,
    own: &[OsString],
) -> Result<(), Box<dyn Error>> {
    #[expect(clippy::disallowed_methods, reason = "the rule is for what runs in a session")]
    let mut command = Command::new(env::var_os("RUSTC").ok_or("cargo sets RUSTC")?);
    command.args(["--edition=2024", "--crate-name=tollgate_shim", "--cap-lints=allow", "--target"]);
    command.arg(env::var_os("TARGET").ok_or("cargo sets TARGET")?).arg(source).arg(OsStr::new("-o")).arg(output);
    let ran = command.args(flags).args(own).output()?;
    if ran.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&ran.stderr);
    let why = said.lines().find(|line| line.contains("error")).unwrap_or("rustc failed");
    Err(format!("{source}: {why}").into())
}
