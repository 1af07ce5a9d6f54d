namespace Attribution.ContextAttribution.Sources;

/// <summary>The English word lists of <see cref="SentenceSplitter"/>: words whose full stop ends no sentence, and words that begin one.</summary>
internal static class EnglishWords
{
    /// <summary>Always before a name.</summary>
    private static readonly HashSet<string> Titles = Set("Dr Drs Mr Mrs Ms Mx Prof Rev Fr Br Gen Maj Capt Cpt Col Lt Sgt Cpl Adm Cmdr Sen Rep Gov Pres "
        + "Hon Supt Insp Messrs Mme Mlle Mt St Ste Ft");

    /// <summary>Never last in a sentence.</summary>
    private static readonly HashSet<string> Linking = Set("e.g eg i.e ie cf vs viz resp approx ca c esp incl excl ibid a.k.a aka w.r.t");

    /// <summary>Before a number.</summary>
    private static readonly HashSet<string> Numbered = Set("No no Nos nos Nr nr Fig Figs fig figs Eq Eqs eq eqs Sec Secs sec Sect Ch Chap ch p pp P Pp "
        + "Vol vol vols Art art Para para par Ref Refs ref refs Tab ver v Ver op Op ed Ed Suppl suppl Ex ex §");

    /// <summary>At the end of a sentence or inside it: what follows decides.</summary>
    private static readonly HashSet<string> Either = Set("Inc Ltd Co Corp Bros LLC Plc Jr Sr Esq Ph.D PhD M.D B.A M.A B.Sc M.Sc D.C U.S U.K U.N E.U U.S.A "
        + "al etc a.m p.m A.M P.M am pm est Est Dept dept Univ Ave Blvd Rd "
        + "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun min max avg hr hrs sec secs mo yr yrs wk wks lb "
            + "lbs oz ft in kg km cm mm mg ml temp std dev i.v i.m i.p s.c q.d b.i.d t.i.d");

    /// <summary>Capitalized words after <c>a.m.</c> that still belong to the time.</summary>
    private static readonly HashSet<string> Times = Set("Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June "
        + "July August September October November December "
        + "EST EDT CST CDT MST MDT PST PDT GMT UTC CET CEST BST ET CT MT PT Eastern Central Mountain Pacific");

    /// <summary>Words that begin sentences and are not names.</summary>
    private static readonly HashSet<string> Openers = Set("A An The This That These Those There Here It Its He She They We You I His Her Their Our Your "
        + "My In On At By For From With Within Without Of To As "
        + "And But Or Nor So Yet If When While Where Why What Who Which How Although Though Because Since Unless Until Before After During However "
            + "Moreover Furthermore Therefore Thus Hence "
        + "Also Then Now Finally First Second Third Next Later Meanwhile Instead Indeed Both Each Every All Some Many Most Several Few No Not Only One "
            + "Two Three Other Others Another Such "
        + "Did Do Does Is Are Was Were Has Have Had Can Could Will Would Should May Might Must Let Please Nobody Nothing Everyone Everything "
            + "Overall Conversely Similarly");

    /// <summary>Whether a full stop after a word may end a sentence.</summary>
    /// <param name="word">The word before the full stop, without opening brackets and quotes.</param>
    /// <param name="next">The word after it, without opening brackets and quotes; empty at the end of the text.</param>
    public static bool MayEnd(string word, string next)
    {
        if (Titles.Contains(word) || Linking.Contains(word))
            return false;
        if (Numbered.Contains(word) && next.Length > 0 && (char.IsAsciiDigit(next[0]) || IsRoman(next)))
            return false;
        if (word is "a.m" or "p.m" or "A.M" or "P.M")
            return !Times.Contains(Bare(next));
        return !Either.Contains(word) && !IsInitials(word) || word == "etc" || Openers.Contains(Bare(next));
    }

    /// <summary>One letter, or several with full stops between them: <c>J</c>, <c>J.R.R</c>.</summary>
    private static bool IsInitials(string word)
    {
        for (var i = 0; i < word.Length; i++)
            if (i % 2 == 0 ? !char.IsLetter(word[i]) : word[i] != '.')
                return false;
        return word.Length % 2 == 1 && (word.Length > 1 || char.IsUpper(word[0])) && word != "I";
    }

    private static bool IsRoman(string word) => Bare(word) is { Length: > 0 } bare && bare.All(c => "IVXLC".Contains(c));

    private static string Bare(string word)
    {
        var end = 0;
        while (end < word.Length && char.IsLetter(word[end]))
            end++;
        return word[..end];
    }

    private static HashSet<string> Set(string words) => [.. words.Split(' ')];
}
