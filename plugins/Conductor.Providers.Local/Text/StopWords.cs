using System.Collections.Frozen;

namespace Conductor.Providers.Local.Text;

/// <summary>English words that say nothing of what a sentence is about.</summary>
internal static class StopWords
{
    private static readonly FrozenSet<string> Words = (
        "a about above across after again against all almost along already also although always am among an and another any anybody anyone anything "
        + "are around as at away be became because become been before behind being below between both but by came can cannot come could did do does "
        + "doing done down during each either else ever every everyone everything few for from further get gets getting go goes going gone got had has "
        + "have having he her here hers herself him himself his how however if in into is it its itself just least less let like made make makes many "
        + "may me might more most much must my myself near neither never no nobody none nor not nothing now of off often on once one only onto or other "
        + "others our ours ourselves out over own per perhaps quite rather really said same say says she should since so some somebody someone something "
        + "still such take than that the their theirs them themselves then there therefore these they thing things this those though through thus to "
        + "together too toward towards under until up upon us use used very was we well went were what whatever when where whether which while who whole "
        + "whom whose why will with within without would yes yet you your yours yourself don't didn't doesn't isn't wasn't won't can't it's that's he's "
        + "she's they're we're i'm i've").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    public static bool Contains(string word) => Words.Contains(word);
}
