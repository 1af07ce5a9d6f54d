using Attribution.Tokenization.Normalizers;

namespace Attribution.Tokenization.Reading;

/// <summary>Reads the <c>normalizer</c> of a tokenizer.</summary>
internal static class NormalizerReader
{
    public static Normalizer Read(JsonComponent component)
    {
        switch (component.Type)
        {
            case "Sequence":
                component.AllowOnly("normalizers");
                return new NormalizerSequence([.. component.Items("normalizers").Select(Read)]);
            case "Prepend":
                component.AllowOnly("prepend");
                return new PrependNormalizer(component.String("prepend"));
            case "Replace":
                component.AllowOnly("pattern", "content");
                return new ReplaceNormalizer(PatternReader.Read(component.Get("pattern")), component.String("content"));
            case "NFC":
                component.AllowOnly();
                return new UnicodeNormalizer(compatibility: false, compose: true);
            case "NFD":
                component.AllowOnly();
                return new UnicodeNormalizer(compatibility: false, compose: false);
            case "NFKC":
                component.AllowOnly();
                return new UnicodeNormalizer(compatibility: true, compose: true);
            case "NFKD":
                component.AllowOnly();
                return new UnicodeNormalizer(compatibility: true, compose: false);
            case "Lowercase":
                component.AllowOnly();
                return new LowercaseNormalizer();
            case "Strip":
                component.AllowOnly("strip_left", "strip_right");
                return new StripNormalizer(component.Boolean("strip_left"), component.Boolean("strip_right"));
            case "StripAccents":
                component.AllowOnly();
                return new StripAccentsNormalizer();
            case "ByteLevel":
                component.AllowOnly();
                return new ByteLevelNormalizer();
            case var other:
                throw component.Unsupported($"The normalizer '{other}' is not implemented. Known are Sequence, Prepend, Replace, NFC, NFD, "
                    + "NFKC, NFKD, Lowercase, Strip, StripAccents and ByteLevel.");
        }
    }
}
