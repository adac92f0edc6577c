using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Barrel.Compiler.Tests.Data;

namespace Barrel.Compiler.Tests.Reports;

/// <summary>Chromium without a window.</summary>
internal static partial class Browser
{
    private const int SecondsMax = 120;

    /// <summary>Looks at a page from outside: the page itself holds no script, and a window cannot be as narrow as a phone.</summary>
    private const string Frame = """
        <!DOCTYPE html>
        <body style="margin:0">
        <iframe id="page" style="width:WIDTHpx;height:800px;border:0" srcdoc="PAGE"></iframe>
        <script>
        addEventListener('load', () => {
          const view = document.getElementById('page');
          const inner = view.contentDocument;
          const shown = [...inner.querySelectorAll('body *')].filter(e => e.getClientRects().length > 0);
          const images = [...inner.images];
          document.body.dataset.found = JSON.stringify({
            width: view.contentWindow.innerWidth,
            scrollWidth: Math.max(inner.documentElement.scrollWidth, inner.body.scrollWidth),
            outside: shown.filter(e => !e.closest('.scroll') && e.getBoundingClientRect().right > WIDTH + 0.5).map(e => e.tagName + '.' + e.className).slice(0, 5),
            smallTexts: shown.filter(e => e.tagName === 'text' && e.getBoundingClientRect().height < 9).map(e => e.textContent).slice(0, 5),
            headings: [...inner.querySelectorAll('h2')].map(e => e.textContent),
            charts: inner.querySelectorAll('svg').length,
            images: images.length,
            brokenImages: images.filter(i => !i.complete || i.naturalWidth === 0).length,
            requests: view.contentWindow.performance.getEntriesByType('resource').map(e => e.name.slice(0, 80)),
          });
        });
        </script>
        """;

    /// <summary>Full path of the program; null where there is none.</summary>
    public static string? Find() =>
        (from name in new[] { "chromium", "chromium-browser", "google-chrome", "chrome" }
         from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
         let path = Path.Combine(folder, name)
         where File.Exists(path)
         select path).FirstOrDefault();

    /// <summary>Loads a page in a view of so many pixels.</summary>
    /// <returns>What was found in it, and what the browser's console took.</returns>
    public static (JsonElement Found, string[] Console) Look(string program, TemporaryFolder folder, string page, int width)
    {
        string frame = folder.Text("frame.html", Frame
            .Replace("WIDTH", $"{width}", StringComparison.Ordinal)
            .Replace("PAGE", WebUtility.HtmlEncode(page), StringComparison.Ordinal));
        (string dom, string log) = Run(program, [
            "--headless", "--no-sandbox", "--hide-scrollbars", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", $"--user-data-dir={folder["profile"]}",
            "--enable-logging=stderr", "--v=0", "--window-size=1280,900", "--virtual-time-budget=5000", "--dump-dom", new Uri(frame).AbsoluteUri,
        ]);
        Match found = Found().Match(dom);
        Assert.IsTrue(found.Success, $"the page was not loaded:\n{log}");
        using JsonDocument json = JsonDocument.Parse(WebUtility.HtmlDecode(found.Groups[1].Value));
        return (json.RootElement.Clone(), [.. log.Split('\n').Where(l => l.Contains("CONSOLE", StringComparison.Ordinal))]);
    }

    private static (string Out, string Error) Run(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(SecondsMax)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} took more than {SecondsMax} s");
        }

        return (output.Result, error.Result);
    }

    [GeneratedRegex("data-found=\"([^\"]*)\"")]
    private static partial Regex Found();
}
