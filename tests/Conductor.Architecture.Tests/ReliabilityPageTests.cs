using System.Text.RegularExpressions;

namespace Conductor.Architecture.Tests;

/// <summary>The page of faults: every row is there once, and what it says is shown by a test that exists, or it says what it waits for.</summary>
public sealed partial class ReliabilityPageTests
{
    private const int Rows = 66;

    private static readonly string Root = RepositoryRoot.Find();

    private static readonly List<(int Number, string Text)> Table =
    [
        .. File.ReadLines(Path.Combine(Root, "docs/reliability.md")).Select(line => Row().Match(line)).Where(match => match.Success)
            .Select(match => (int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), match.Value)),
    ];

    public static TheoryData<int> Numbers => [.. Enumerable.Range(1, Rows)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Row_Fault_IsThereOnceAndShownOrWaitsForWhatItNames(int number)
    {
        var row = Assert.Single(Table, row => row.Number == number).Text;
        var cells = row.Trim('|').Split('|');

        Assert.Equal(4, cells.Length);
        Assert.All(cells, cell => Assert.False(string.IsNullOrWhiteSpace(cell), $"row {number} has an empty cell"));
        Assert.True(NamedTest().IsMatch(row) || Waits().IsMatch(row), $"row {number} names neither a test nor what it waits for");
    }

    [Fact]
    public void Rows_ThereAreNoOthers() => Assert.Equal(Enumerable.Range(1, Rows), Table.Select(row => row.Number));

    [Fact]
    public void Tests_ThatRowsName_ExistAndAreTests()
    {
        var files = Directory.GetFiles(Path.Combine(Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .GroupBy(file => Path.GetFileNameWithoutExtension(file)).ToDictionary(group => group.Key, group => string.Concat(group.Select(File.ReadAllText)));
        var named = Table.SelectMany(row => NamedTest().Matches(row.Text).Select(match => (row.Number, Class: match.Groups[1].Value, Method: match.Groups[2].Value))).ToList();

        Assert.True(named.Count > 60, "the page has lost its tests");
        Assert.Empty(named.Where(test => !IsTest(files.GetValueOrDefault(test.Class, ""), test.Method)).Select(test => $"row {test.Number}: {test.Class}.{test.Method}"));
    }

    [Theory]
    [InlineData("[Fact]\n    public void One_Two()", true)]
    [InlineData("[Theory]\n    [InlineData(1)]\n    public async Task One_Two(int a)", true)]
    [InlineData("private static void One_Two()", false)]
    [InlineData("[Fact]\n    public void One_Three()", false)]
    public void IsTest_Code_ToldByItsAttribute(string code, bool expected) => Assert.Equal(expected, IsTest(code, "One_Two"));

    private static bool IsTest(string code, string method) =>
        Regex.IsMatch(code, $@"\[(Skippable)?(Fact|Theory)\b[^\]]*\]\s*(\[[^\n]*\]\s*)*public (async )?(Task|void|ValueTask) {method}\(", RegexOptions.None, TimeSpan.FromSeconds(10));

    [GeneratedRegex(@"^\| (\d+) \|.*\|$")]
    private static partial Regex Row();

    [GeneratedRegex(@"`(\w+Tests)\.(\w+_\w+)`")]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"Waits for \w")]
    private static partial Regex Waits();
}
