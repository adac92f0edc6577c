using System.Text;
using Barrel.Compiler.Cards;
using Barrel.Compiler.Training.Data;

namespace Barrel.Compiler.Training.Architectures;

/// <summary>How a network computes while it is trained, as --scheme names it.</summary>
internal enum SchemeKind
{
    Float,
    Linear,
    Log,
    Terms,
    Binary,
}

/// <summary>A network that can be trained, with the settings that suit it. Options of the command line take over from these.</summary>
/// <param name="Name">As the command line has it.</param>
/// <param name="Summary">For the list.</param>
/// <param name="Build">Its plan for so many classes.</param>
/// <param name="CardJson">The model card that is written beside the network.</param>
internal sealed record Architecture(string Name, string Summary, Func<int, NetworkPlan> Build, string CardJson)
{
    private const string Streets = """
        "classes": ["Sky", "Building", "Pole", "Road", "Pavement", "Tree", "Sign", "Fence", "Car", "Pedestrian", "Bicyclist"], "road": "Road", "ignoreLabel": 11
        """;

    private const string Cells = """
        {"task": "segmentation", "input": {"channels": "GRAY", "subtract": [128], "multiply": [0.015625]}, "classes": ["other", "road"], "road": "road", "ignoreLabel": 11}
        """;

    private const string TenDigits = """
        "classes": ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
        """;

    public SchemeKind Scheme { get; init; }

    /// <summary>Epochs of training from nothing.</summary>
    public int Epochs { get; init; }

    /// <summary>Epochs of fine-tuning on the compiler's grid, for scheme terms.</summary>
    public int FineTuneEpochs { get; init; }

    public int Batch { get; init; }

    /// <summary>Of the optimizer AdamW, greatest.</summary>
    public double Rate { get; init; } = 3e-3;

    public double AddsPerMac { get; init; } = 0.5;

    public int ActivationBits { get; init; } = 4;

    public Augmentation Augmentation { get; init; } = Augmentation.Streets;

    /// <summary>Part of the network's size that a training picture has; 1 for networks of a fixed size.</summary>
    public double Crop { get; init; } = 1;

    /// <summary>The label of the data that is the road, where the network knows the road and the rest; −1: labels are classes.</summary>
    public int RoadLabel { get; init; } = -1;

    public static IReadOnlyList<Architecture> All { get; } =
    [
        new("roadlite", "road detection on a Raspberry Pi, 240x184, 11 classes of a street", classes => RoadLite.Build(classes), $$"""
            {"task": "segmentation", "input": {"channels": "RGB", "subtract": [128, 128, 128], "multiply": [0.015625, 0.015625, 0.015625]}, {{Streets}}}
            """)
        {
            Scheme = SchemeKind.Terms, Epochs = 300, FineTuneEpochs = 100, Batch = 8, AddsPerMac = 0.33, Crop = 0.8,
        },
        new("roadgrid", "road cells on an ESP32, 64x48 grey pixels to 16x12 cells", RoadGrid.Build, Cells)
        {
            Scheme = SchemeKind.Terms, Epochs = 200, FineTuneEpochs = 100, Batch = 16, AddsPerMac = 0.55, RoadLabel = 3,
        },
        new("roadgrid-binary", "the same cells in signs, for the TDNN chip", RoadGridBinary.Build, Cells)
        {
            Scheme = SchemeKind.Binary, Epochs = 300, Batch = 16, RoadLabel = 3,
        },
        new("digits", "handwritten digits, to compare schemes in minutes", Digits.Build, $$"""
            {"task": "classification", "input": {"channels": "GRAY", "subtract": [128], "multiply": [0.015625]}, {{TenDigits}}}
            """)
        {
            Scheme = SchemeKind.Log, Epochs = 3, Batch = 64, Augmentation = Augmentation.None,
        },
        new("digits-binary", "handwritten digits in signs, for the TDNN chip", DigitsBinary.Build, $$"""
            {"task": "classification", "input": {"channels": "GRAY", "subtract": [127.5], "multiply": [0.015625], "binarize": true}, {{TenDigits}}}
            """)
        {
            Scheme = SchemeKind.Binary, Epochs = 40, Batch = 64, Augmentation = Augmentation.Digits,
        },
        new("vgg-cifar", "LOGNET's experiment on CIFAR-10, at a quarter of its widths", VggCifar.Build, """
            {"task": "classification", "input": {"channels": "RGB", "subtract": [128, 128, 128], "multiply": [0.015625, 0.015625, 0.015625]},
            "classes": ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]}
            """)
        {
            Scheme = SchemeKind.Log, Epochs = 30, Batch = 64, Augmentation = Augmentation.Objects,
        },
    ];

    /// <summary>The card, read as the compiler reads one.</summary>
    public ModelCard Card() => CardReader.Parse(Name + ".card.json", Encoding.UTF8.GetBytes(CardJson));

    public static Architecture? Find(string name) => All.FirstOrDefault(a => a.Name == name);
}
