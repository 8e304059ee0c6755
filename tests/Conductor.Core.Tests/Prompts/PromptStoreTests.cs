using Conductor.Prompts;
using Conductor.TestKit;
using Microsoft.Extensions.Logging;

namespace Conductor.Tests.Prompts;

public sealed class PromptStoreTests : IDisposable
{
    private const string Shipped = "template_format: handlebars\ntemplate: shipped {{x}}\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("prompts").FullName;
    private readonly ManualTimeProvider _time = new();
    private readonly RecordingLogger _log = new();
    private readonly PromptStore _store;
    private int _writes;

    public PromptStoreTests() => _store = new PromptStore(_folder, _time, _log);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Get_NoFile_ShippedAndParsedOnce()
    {
        var first = _store.Get("op", Shipped);
        var second = _store.Get("op", Shipped);

        Assert.Same(first, second);
        Assert.Equal("shipped v", Text(first));
    }

    [Fact]
    public void Get_FileAppearsChangesAndGoes_NoticedWithinASecond()
    {
        var texts = new List<string> { Text(_store.Get("op", Shipped)) };
        Write("op", "template_format: handlebars\ntemplate: first {{x}}\n");
        texts.Add(Text(_store.Get("op", Shipped)));
        _time.Advance(TimeSpan.FromSeconds(1));
        texts.Add(Text(_store.Get("op", Shipped)));
        Write("op", "template_format: handlebars\ntemplate: second {{x}}\n");
        _time.Advance(TimeSpan.FromSeconds(1));
        texts.Add(Text(_store.Get("op", Shipped)));
        File.Delete(Path.Combine(_folder, "op.yaml"));
        _time.Advance(TimeSpan.FromSeconds(1));
        texts.Add(Text(_store.Get("op", Shipped)));

        Assert.Equal(["shipped v", "shipped v", "first v", "second v", "shipped v"], texts);
    }

    [Theory]
    [InlineData("template_format: handlebars\ntemplate: |\n  hello\n  {{#if x}}\n", "line 3")]
    [InlineData("templateFormat: handlebars\ntemplate: x\n", "'template_format'")]
    [InlineData("template_format: handlebars\ntemplate: <message role=\"user\">a & b</message>\n", "not well-formed")]
    [InlineData("template_format: handlebars\ntemplate: \"{{truncat x 5}}\"\n", "'truncate'")]
    [InlineData("template_format: handlebars\ntemplate: \"{{#wiht x}}{{/wiht}}\"\n", "#wiht")]
    public void Get_BrokenFile_LastGoodStaysAndIsToldOnce(string broken, string told)
    {
        Write("op", "template_format: handlebars\ntemplate: good {{x}}\n");
        _store.Get("op", Shipped);
        Write("op", broken);

        for (var i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));

            Assert.Equal("good v", Text(_store.Get("op", Shipped)));
        }

        var warning = Assert.Single(_log.Warnings);
        Assert.Contains("op.yaml", warning, StringComparison.Ordinal);
        Assert.Contains(told, warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Get_BrokenFromTheStart_ShippedStays()
    {
        Write("op", "template: [");

        Assert.Equal("shipped v", Text(_store.Get("op", Shipped)));
        Assert.Single(_log.Warnings);
    }

    [Fact]
    public void Get_BrokenFileMended_TakenUp()
    {
        Write("op", "template: [");
        _store.Get("op", Shipped);
        Write("op", "template_format: handlebars\ntemplate: mended {{x}}\n");
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("mended v", Text(_store.Get("op", Shipped)));
    }

    [Fact]
    public void Get_AnotherShippedText_ItsPrompt()
    {
        _store.Get("op", Shipped);

        Assert.Equal("newer v", Text(_store.Get("op", "template_format: handlebars\ntemplate: newer {{x}}\n")));
    }

    [Fact]
    public void Get_NameThatLeadsOutOfTheFolder_HasNoFile()
    {
        File.WriteAllText(Path.Combine(_folder, "op.yaml"), "template_format: handlebars\ntemplate: stolen\n");

        Assert.Equal("shipped v", Text(_store.Get($"../{Path.GetFileName(_folder)}/op", Shipped)));
    }

    [Fact]
    public void Get_BrokenShippedPrompt_Throws()
    {
        var mistake = Assert.Throws<PromptFormatException>(() => _store.Get("op", "template_format: handlebars\n"));

        Assert.Contains("'op'", mistake.Message, StringComparison.Ordinal);
    }

    private static string Text(PromptTemplate prompt) => prompt.Render(new Dictionary<string, object?> { ["x"] = "v" }).Text;

    // The clock of files is coarse on some systems: each write gets a time of its own.
    private void Write(string name, string yaml)
    {
        var path = Path.Combine(_folder, name + ".yaml");
        File.WriteAllText(path, yaml);
        File.SetLastWriteTimeUtc(path, new DateTime(2026, 1, 1, 0, 0, ++_writes, DateTimeKind.Utc));
    }

    private sealed class RecordingLogger : ILogger<PromptStore>
    {
        public List<string> Warnings { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning)
            {
                Warnings.Add(formatter(state, exception));
            }
        }
    }
}
