//! The fonts that are part of the program.

use std::sync::OnceLock;

use typst::foundations::Bytes;
use typst::text::Font;

/// Each file; `fonts/README.md` says where they are from. The last ones know what the first ones do
/// not.
static FILES: [&[u8]; 7] = [
    include_bytes!("../../fonts/NotoSans-Regular.ttf"),
    include_bytes!("../../fonts/NotoSans-Bold.ttf"),
    include_bytes!("../../fonts/NotoSansHebrew-Regular.ttf"),
    include_bytes!("../../fonts/NotoSansHebrew-Bold.ttf"),
    include_bytes!("../../fonts/NotoSansArabic-Regular.ttf"),
    include_bytes!("../../fonts/NotoSansArabic-Bold.ttf"),
    include_bytes!("../../fonts/NotoColorEmoji-Subset.ttf"),
];

/// Every font of the program, read once.
pub(super) fn built_in() -> &'static [Font] {
    static FONTS: OnceLock<Vec<Font>> = OnceLock::new();
    FONTS.get_or_init(|| FILES.iter().flat_map(|bytes| Font::iter(Bytes::new(*bytes))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_that_is_promised_has_a_font() {
        for text in ["Ağŵ€₪", "Ωμέγα", "Жщё", "שלום", "سلام", "🍵🦄"] {
            for letter in text.chars() {
                let knows = |font: &Font| font.info().coverage.contains(letter as u32);
                assert!(built_in().iter().any(knows), "{letter}");
            }
        }
    }
}
