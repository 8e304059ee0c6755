namespace Conductor.Providers.Local.Entities;

/// <summary>What speaks for and against a span being the name of a person, a place or an organization.</summary>
internal sealed class NameFeatures(Gazetteer gazetteer)
{
    /// <summary>The feature of what is called an organization: "Acme Inc.", "University of York".</summary>
    public const string Organization = "org:sure";

    /// <summary>Names of the features that hold; each counts once.</summary>
    public List<string> Read(EntityText text, NameSpan span)
    {
        var features = new List<string> { "bias" };
        var (first, last) = (text[span.First], text[LastWord(text, span)]);
        var words = Words(text, span);
        var whole = Name(text, span);
        features.Add($"words={Math.Min(4, words.Count)}");
        Lists(features, words, whole);
        Shape(features, text, span, words);
        Around(features, text, span);
        Heads(features, words, first.Lower, last.Lower);

        // Evidence of two kinds together says more than each alone.
        var name = features.First(feature => feature.StartsWith("name:", StringComparison.Ordinal));
        var common = features.First(feature => feature.StartsWith("common:", StringComparison.Ordinal));
        var before = features.First(feature => feature.StartsWith("before:", StringComparison.Ordinal));
        var after = features.First(feature => feature.StartsWith("after:", StringComparison.Ordinal));
        var starts = NameSpans.StartsSentence(text, span.First) ? "starts" : "inside";
        features.AddRange([$"{name}|{common}", $"{name}|{starts}", $"{common}|{before}", $"{common}|{after}", $"{common}|{starts}", $"{name}|{before}", $"{name}|{after}", $"{starts}|{after}"]);
        if (features.Contains("headline") || features.Contains("upper:among"))
        {
            features.AddRange([$"{name}|headline", $"{common}|headline"]);
        }

        // What the evidence means depends on whether the capital was owed to the sentence.
        if (NameSpans.StartsSentence(text, span.First))
        {
            features.Add("starts");
            features.Add(words.Count == 1 ? "starts:single" : "starts:several");
            features.Add($"starts:word{gazetteer.Word(first.Lower)}");
        }

        return features;
    }

    /// <summary>The span's words parted by one space, in lower case, as the lists have them.</summary>
    public static string Name(EntityText text, NameSpan span) => text.Text[text[span.First].Start..text[span.End - 1].End].ToLowerInvariant().Replace("\u00a0", " ", StringComparison.Ordinal);

    private static List<string> Words(EntityText text, NameSpan span)
    {
        var words = new List<string>();
        for (var index = span.First; index < span.End; index++)
        {
            if (text[index].Kind is TokenKind.Word)
            {
                words.Add(text[index].Lower);
            }
        }

        return words;
    }

    private static int LastWord(EntityText text, NameSpan span) => text[span.End - 1].Kind is TokenKind.Word ? span.End - 1 : Math.Max(span.First, span.End - 2);

    private void Lists(List<string> features, List<string> words, string whole)
    {
        var count = words.Count == 1 ? "1" : "n";
        var city = gazetteer.City(whole);
        if (city > 0)
        {
            features.Add($"city{city}:{count}");
        }

        if (gazetteer.IsRegion(whole))
        {
            features.Add($"region:{count}");
        }

        var isFirst = gazetteer.IsFirstName(words[0]);
        var isLast = gazetteer.IsLastName(words[^1]);
        features.Add($"name:{(isFirst ? "F" : "-")}{(isLast ? "L" : "-")}:{count}{(gazetteer.Word(words[0]) > 0 ? "w" : "")}");
        var common = words.Count(word => gazetteer.Word(word) > 0);
        var place = city > 1 || gazetteer.IsRegion(whole) ? "P" : city > 0 ? "p" : "";
        features.Add($"common:{place}{(common == 0 ? "none" : common == words.Count ? "all" : "some")}:{count}");
        features.Add($"first:word{gazetteer.Word(words[0])}");
        // "University of Oxford", "Paris Opera Company": the place in it is where it is, not what it is.
        if (words.Count > 1 && (NameWords.OrganizationHeads.Contains(words[0]) && words.Contains("of") || NameWords.OrganizationHeads.Contains(words[^1])))
        {
            features.Add("org:of");
            return;
        }

        if (words.Count > 1 && (gazetteer.City(words[^1]) > 0 || gazetteer.IsRegion(words[^1])))
        {
            features.Add("ends:place");
        }

        if (words.Count > 1 && (gazetteer.City(words[0]) > 1 || gazetteer.IsRegion(words[0])))
        {
            features.Add("begins:place");
        }
    }

    private static void Shape(List<string> features, EntityText text, NameSpan span, List<string> words)
    {
        var surface = text.Text.AsSpan(text[span.First].Start, text[span.End - 1].End - text[span.First].Start);
        var isUpper = !surface.ContainsAnyInRange('a', 'z');
        if (isUpper)
        {
            features.Add(surface.Length <= 5 ? "upper:short" : "upper:long");
            features.Add(IsShouted(text, span) ? "upper:among" : "upper:alone");
        }
        else if (IsHeadline(text, span))
        {
            features.Add("headline");
        }

        if (words.Count == 1 && !isUpper && surface[1..].ContainsAnyInRange('A', 'Z'))
        {
            features.Add("camel");
        }

        if (surface.Contains('&'))
        {
            features.Add("ampersand");
        }

        if (surface.Contains('.') && words.Exists(word => word.Length == 1))
        {
            features.Add("initial");
        }

        var end = words[^1];
        foreach (var ending in Endings)
        {
            if (end.Length > ending.Length + 1 && end.EndsWith(ending, StringComparison.Ordinal))
            {
                features.Add("end:" + ending);
                break;
            }
        }
    }

    private static readonly string[] Endings =
        ["shire", "ville", "burg", "borough", "land", "stan", "ton", "ford", "ham", "berg", "son", "sen", "ski", "sky", "man", "ez", "ian", "ean", "ish", "ese", "ist", "ism", "ia", "ing", "ers", "ics", "tion", "s", "o", "a", "y", "er", "ie"];

    private static void Around(List<string> features, EntityText text, NameSpan span)
    {
        var before = text[span.First - 1];
        var after = text[span.End];
        features.Add(before.Kind switch
        {
            TokenKind.None => "before:none",
            TokenKind.Digits => "before:digits",
            TokenKind.Symbol => "before:" + (before.Lower is "," or "(" or "." or "\"" or "'" or "/" or ":" or "-" or "@" or "#" ? before.Lower : "sign"),
            _ => "before:" + (Contexts.Contains(before.Lower) ? before.Lower : NameWords.Joints.Contains(before.Lower) ? "joint" : "word"),
        });
        features.Add(after.Kind switch
        {
            TokenKind.None => "after:none",
            TokenKind.Digits => "after:digits",
            TokenKind.Symbol => "after:" + (after.Lower is "'" or "’" && text[span.End + 1].Is("s") ? "'s" : after.Lower is "," or "." or ")" or "(" or ":" or "-" or "!" or "/" ? after.Lower : "sign"),
            _ => "after:" + (NameWords.Speech.Contains(after.Lower) ? "speech" : After.Contains(after.Lower) ? after.Lower : "word"),
        });
        if (span.HasTitle)
        {
            features.Add("title");
        }

        if (after.Lower is "," && text[span.End + 1].Kind is TokenKind.Word && char.IsUpper(text.Text[text[span.End + 1].Start]))
        {
            features.Add("after:,Name");
        }
    }

    private static readonly HashSet<string> Contexts =
    [
        "in", "at", "from", "to", "near", "by", "with", "the", "of", "and", "for", "on", "between", "a", "an", "his", "her", "my", "your", "our", "against", "via", "like", "is", "was", "as", "said", "through", "into", "around",
        "across", "toward", "towards", "outside", "inside", "within", "actor", "actress", "singer", "director", "president", "minister", "called", "named", "love", "hey", "thanks", "dear", "watching", "joined", "signed",
    ];

    private static readonly HashSet<string> After = ["is", "was", "and", "of", "in", "has", "had", "who", "to", "for", "at", "on", "were", "are", "will", "with", "the", "based", "from", "or", "where", "which"];

    private static void Heads(List<string> features, List<string> words, string first, string last)
    {
        if (words.Count > 1 && (NameWords.SureOrganizationHeads.Contains(last) || (NameWords.SureOrganizationHeads.Contains(first) && words[1] == "of")))
        {
            features.Add(Organization);
        }

        if (NameWords.OrganizationHeads.Contains(last) && words.Count > 1)
        {
            features.Add("org:ends");
        }

        if (NameWords.OrganizationHeads.Contains(first))
        {
            features.Add("org:begins");
        }

        if (words.Exists(NameWords.OrganizationHeads.Contains))
        {
            features.Add("org:has");
        }

        if (NameWords.PlaceHeads.Contains(last) && words.Count > 1)
        {
            features.Add("place:ends");
        }

        if (NameWords.PlaceOpeners.Contains(first) && words.Count > 1)
        {
            features.Add("place:begins");
        }
    }

    // Whether the words beside it are written large too.
    private static bool IsShouted(EntityText text, NameSpan span) => IsUpperWord(text, span.First - 1) || IsUpperWord(text, span.End) || IsUpperWord(text, span.End + 1);

    private static bool IsUpperWord(EntityText text, int index) => text[index].Kind is TokenKind.Word && text[index].Length > 1 && text.Text.AsSpan(text[index].Start, text[index].Length).IndexOfAnyExceptInRange('A', 'Z') < 0;

    // Whether small words are rare nearby: in a headline every word has a capital.
    private static bool IsHeadline(EntityText text, NameSpan span)
    {
        var (large, small) = (0, 0);
        for (var index = span.First - 6; index < span.End + 6; index++)
        {
            if ((index < span.First || index >= span.End) && text[index] is { Kind: TokenKind.Word, Length: > 3 } word)
            {
                var isLarge = char.IsUpper(text.Text[word.Start]);
                large += isLarge ? 1 : 0;
                small += isLarge ? 0 : 1;
            }
        }

        return large >= 2 && small <= 1;
    }
}
