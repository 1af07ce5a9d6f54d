using System.Globalization;
using System.Text;

namespace Attribution.Tokenization.Normalizers;

/// <summary>Drops combining marks.</summary>
internal sealed class StripAccentsNormalizer : FilterNormalizer
{
    protected override bool Keeps(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark);
}
