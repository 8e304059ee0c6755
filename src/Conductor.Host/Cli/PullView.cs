using System.Globalization;
using System.Text.Json;
using Conductor.Providers;
using Spectre.Console;

namespace Conductor.Host.Cli;

/// <summary>How far a model has come: bars on a terminal, a line for every tenth in a pipe, a line of JSON for every step where asked for.</summary>
internal static class PullView
{
    public static Task ShowAsync(IAsyncEnumerable<ModelPullProgress> progress, bool isJson) =>
        isJson ? WriteJsonAsync(progress) : Terminal.IsInteractive ? DrawAsync(progress) : WriteLinesAsync(progress);

    public static void WriteError(string message) => WriteJsonLine(json => json.WriteString("error", message));

    private static async Task WriteJsonAsync(IAsyncEnumerable<ModelPullProgress> progress)
    {
        await foreach (var step in progress)
        {
            WriteJsonLine(json =>
            {
                json.WriteString("status", step.Status);
                if (step.TotalBytes is { } total)
                {
                    json.WriteNumber("total_bytes", total);
                }

                if (step.CompletedBytes is { } completed)
                {
                    json.WriteNumber("completed_bytes", completed);
                }
            });
        }
    }

    private static async Task WriteLinesAsync(IAsyncEnumerable<ModelPullProgress> progress)
    {
        (string Status, long Tenth)? last = null;
        await foreach (var step in progress)
        {
            var tenth = Share(step) is { } share ? (long)(share * 10) : 0;
            if (last != (step.Status, tenth))
            {
                last = (step.Status, tenth);
                await Console.Out.WriteLineAsync(step.TotalBytes is { } total
                    ? string.Create(CultureInfo.InvariantCulture, $"{step.Status}: {(step.CompletedBytes ?? 0) / 1e6:0.0} of {total / 1e6:0.0} MB")
                    : step.Status);
            }
        }
    }

    private static Task DrawAsync(IAsyncEnumerable<ModelPullProgress> progress) => AnsiConsole.Progress()
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new DownloadedColumn(), new TransferSpeedColumn())
        .StartAsync(async screen =>
        {
            Dictionary<string, ProgressTask> tasks = new(StringComparer.Ordinal);
            ProgressTask? current = null;
            await foreach (var step in progress)
            {
                if (!tasks.TryGetValue(step.Status, out var task))
                {
                    current?.StopTask();
                    tasks[step.Status] = task = screen.AddTask(Markup.Escape(step.Status), maxValue: step.TotalBytes ?? 1);
                    task.IsIndeterminate = step.TotalBytes is null;
                }

                current = task;
                task.MaxValue = step.TotalBytes ?? 1;
                task.Value = step.TotalBytes is null ? 0 : step.CompletedBytes ?? 0;
            }

            foreach (var task in tasks.Values)
            {
                task.IsIndeterminate = false;
                task.Value = task.MaxValue;
                task.StopTask();
            }
        });

    private static double? Share(ModelPullProgress step) => step is { TotalBytes: > 0 and var total, CompletedBytes: { } completed } ? Math.Clamp((double)completed / total, 0, 1) : null;

    private static void WriteJsonLine(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        Console.Out.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
        Console.Out.Flush();
    }
}
