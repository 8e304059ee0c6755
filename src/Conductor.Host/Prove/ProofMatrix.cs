namespace Conductor.Host.Prove;

/// <summary>What came of every feature on every pair.</summary>
internal sealed class ProofMatrix(IReadOnlyList<string> dialects)
{
    private readonly Dictionary<(string Way, string Feature, string Caller, string Target), Outcome> _cells = [];

    public IReadOnlyList<string> Dialects => dialects;

    public Outcome this[string way, string feature, string caller, string target] => _cells[(way, feature, caller, target)];

    public void Set(string way, string feature, string caller, string target, Outcome outcome) => _cells[(way, feature, caller, target)] = outcome;

    /// <summary>The columns of the table: every pair, `caller → target`.</summary>
    public IReadOnlyList<string> Columns => ["", .. from caller in dialects from target in dialects select $"{caller[..2]}→{target[..2]}"];

    /// <summary>The rows of the table of one way: a feature each.</summary>
    public IEnumerable<IReadOnlyList<string>> Rows(string way) =>
        _cells.Keys.Where(key => key.Way == way).Select(key => key.Feature).Distinct()
            .Select(feature => (IReadOnlyList<string>)[feature, .. from caller in dialects from target in dialects select Word(_cells[(way, feature, caller, target)])]);

    public int Count(Outcome outcome) => _cells.Values.Count(one => one == outcome);

    public static string Word(Outcome outcome) => outcome switch
    {
        Outcome.Pass => "pass",
        Outcome.Loss => "loss",
        Outcome.Refused => "refused",
        Outcome.NotOffered => "-",
        _ => "FAIL",
    };
}
