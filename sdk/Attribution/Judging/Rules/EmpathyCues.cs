namespace Attribution.Judging.Rules;

/// <summary>Signs that an answer speaks to the asker's feelings.</summary>
internal static class EmpathyCues
{
    private const string Feeling =
        "(?:nervous|worried|anxious|afraid|scared|sad|upset|unhappy|hurt|tired|worn out|frustrated|annoyed|disappointed|lonely|overwhelmed|stressed|lost)";

    private const string Hard = "(?:hard|tough|difficult|painful|stressful|frustrating|exhausting|overwhelming|upsetting|scary|lonely|heartbreaking)";

    public static IReadOnlyList<Cue> All { get; } =
    [
        new("sympathy", 2, @"\bsorry (?:to hear|that (?:you|your|this|\w+ing)|you(?:'re| are)|for your (?:loss|pain|trouble))"),
        new("naming the burden", 2, $@"\b(?:that|this|it) (?:sounds|seems|must (?:be|feel|have been)) (?:\w+ )?(?:\w+ )?{Hard}\b"),
        new("naming the feeling", 2, $@"\bI (?:can |do |really |truly |completely )?(?:imagine|see|feel|sense|understand|hear) (?:how|that|why|you)\b.*\b(?:{Feeling}|feel|feels|feeling|feelings|weighs on you|means to you|hurts)\b"),
        new("naming the feeling", 2, @"\bI hear you\b|\bI feel for you\b"),
        new("validation", 2, @"\b(?:natural|normal|okay|understandable|human|fine|common|right) to feel\b|\bmakes? (?:\w+ )?sense (?:that|to|why) you feel\b|\banyone would feel\b"),
        new("validation", 2, @"\byour feelings\b.*\b(?:matter|real|valid|important)\b|\bwhat you feel\b.*\b(?:understandable|human|natural|normal|valid)\b"),
        new("room for feelings", 2, @"\bthank you for (?:sharing|telling me|opening up)\b|\b(?:strong|painful|heavy|difficult) feelings\b"),
        new("comfort", 1, @"\b(?:be|go) (?:gentle|kind|patient|easy) (?:with|to|on) yourself\b|\byou(?:'re| are) not alone\b|\bmy heart goes out\b"),
        new("comfort", 1, @"\bI(?:'m| am) (?:always )?here (?:for you|to listen|if you)\b|\b(?:happy|glad) to listen\b|\bsending you\b"),
        new("comfort", 1, @"\bI hope (?:you|your (?:heart|mind)) feels?\b|\b(?:let|allow) yourself (?:to )?(?:rest|feel|breathe|grieve)\b|\ball the time you need\b"),
    ];
}
